import { parseApiVersion } from '@kajitori/apimachinery';
import { customResourceDefinitions, validatingAdmissionPolicies, type ValidatingAdmissionPolicy } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import type { Change } from '@kajitori/storage';
import {
  type Controller,
  type ControllerContext,
  type ControllerDescriptor,
  isOfKind,
  type ObjectName,
  type Run,
} from '../runtime/controller.ts';
import { listAll } from '../runtime/list-all.ts';
import { unlessGone } from '../runtime/unless-gone.ts';

/** This process may still know the former kinds this long after a definition changed. */
const servedMilliseconds = 1_500;
const pageSize = 100;

/**
 * Has the expressions of ValidatingAdmissionPolicies checked again when a definition of a kind that they name comes, changes or goes. The check itself
 * is the API server's, which makes it with every write of a policy; here its result is taken away, and the API server makes it anew. Keeps no
 * cache: policies are few, and definitions change seldom.
 */
export const validatingAdmissionPolicy: ControllerDescriptor = {
  name: 'validating-admission-policy',
  user: 'system:serviceaccount:kube-system:validatingadmissionpolicy-status-controller',
  component: 'validatingadmissionpolicy-status-controller',
  watches: [],
  create: (context) => new PolicyTypesController(context),
};

/** Keys are groups whose definitions changed; this one asks for a look at every policy. */
const everything: ObjectName = { namespace: '', name: '' };

class PolicyTypesController implements Controller {
  readonly #context: ControllerContext;
  /** When a group's definitions last changed, until its policies are checked. */
  readonly #changedAt = new Map<string, number>();

  constructor(context: ControllerContext) {
    this.#context = context;
    context.onEveryChange({
      changed: (change) => this.#changed(change),
      missed: () => context.enqueue(everything),
    });
  }

  async reconcile(run: Run): Promise<Outcome> {
    const wait = (this.#changedAt.get(run.name) ?? 0) + servedMilliseconds - run.now.getTime();
    if (wait > 0) return requeueAfter(wait);
    this.#changedAt.delete(run.name);
    const policies = run.client.resource(validatingAdmissionPolicies);
    for (const { metadata } of (await listAll(policies, pageSize)).filter((policy) => names(policy, run.name))) {
      const status = { observedGeneration: null, typeChecking: null };
      await unlessGone(policies.patch('', metadata.name ?? '', { status }, { subresource: 'status' }));
    }
    return done;
  }

  #changed({ object }: Change): void {
    if (!isOfKind(object, customResourceDefinitions)) return;
    const group = object.name.slice(object.name.indexOf('.') + 1);
    this.#changedAt.set(group, this.#context.clock.now().getTime());
    this.#context.enqueue({ namespace: '', name: group });
  }
}

function names({ spec }: ValidatingAdmissionPolicy, group: string): boolean {
  if (group === everything.name) return true;
  const matched = spec.matchConstraints?.resourceRules?.some(({ apiGroups = [] }) => apiGroups.includes(group)) === true;
  return matched || parseApiVersion(spec.paramKind?.apiVersion ?? '')?.group === group;
}
