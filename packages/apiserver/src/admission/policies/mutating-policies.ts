import { type ClusterId, forbidden, type KubeObject, StatusError } from '@kajitori/apimachinery';
import { bindJson, declare } from '@kajitori/cel';
import { mutatingAdmissionPolicies, mutatingAdmissionPolicyBindings } from '@kajitori/kinds';
import { groupResourceOf } from '../../call.ts';
import type { AdmissionPlugin, AdmissionRequest, MutationRound } from '../admission.ts';
import { isForPolicies, replaceObject } from '../dynamic/attributes.ts';
import { ConfigurationSource } from '../dynamic/configuration-source.ts';
import type { DynamicServices, MatchContexts } from '../dynamic/dynamic-services.ts';
import { type Budget, budgetMax } from '../dynamic/expressions.ts';
import { conditionsHold, listed } from '../dynamic/match-conditions.ts';
import type { MatchContext } from '../dynamic/matching.ts';
import { Reinvocation } from '../dynamic/reinvocation.ts';
import { type Binding, bindingOf } from './binding.ts';
import { withVariables } from './lazy-variables.ts';
import { mutated, MutationError, type MutatingPolicy, mutatingPolicyOf } from './mutating-policy.ts';
import type { ParamSource } from './param-source.ts';
import { matchOfPolicy, type PolicyMatch, policyMatches, type PolicySources } from './policy-matches.ts';

/** Runs the MutatingAdmissionPolicies that a request concerns, one after another: each sees what those before it made. */
export class MutatingPolicies implements AdmissionPlugin {
  readonly name = 'MutatingAdmissionPolicy';
  readonly #sources: PolicySources<MutatingPolicy>;
  readonly #contexts: MatchContexts;

  constructor({ storage }: DynamicServices, contexts: MatchContexts, params: ParamSource) {
    this.#sources = {
      policies: new ConfigurationSource({ storage, kind: mutatingAdmissionPolicies, make: mutatingPolicyOf }),
      bindings: new ConfigurationSource({ storage, kind: mutatingAdmissionPolicyBindings, make: bindingOf }),
      params,
    };
    this.#contexts = contexts;
  }

  /** There is nothing to change about what is deleted or connected to. */
  handles(request: AdmissionRequest): boolean {
    return isForPolicies(request) && (request.operation === 'CREATE' || request.operation === 'UPDATE');
  }

  expire(cluster: ClusterId): void {
    this.#sources.policies.expire(cluster);
    this.#sources.bindings.expire(cluster);
  }

  async mutate(request: AdmissionRequest, round: MutationRound): Promise<void> {
    const bound = await policyMatches(this.#sources, request.call.cluster);
    if (bound.length === 0) return;
    const again = Reinvocation.of(round, this.name, request.object);
    for (const pair of bound) {
      const key = `${pair[0].name}/${pair[1].name}`;
      if (!again.invokes(key)) continue;
      const context = this.#contexts.of(request);
      const match = await matchOfPolicy(this.#sources, pair, context);
      if (match === undefined) continue;
      if (await this.#run(match, context)) {
        again.objectChanged();
        round.askForAnother();
      }
      if (pair[0].reinvokes) again.mayInvokeAgain(key);
    }
    again.end(request.object);
  }

  /** Whether it changed the object. @throws StatusError when it failed and its policy is Fail. */
  async #run({ policy, binding, params, problem, shown }: PolicyMatch<MutatingPolicy>, context: MatchContext): Promise<boolean> {
    try {
      if (problem !== undefined) throw new MutationError(problem);
      let changed = false;
      for (const param of params) changed = (await this.#mutate({ policy, shown }, param, context.request)) || changed;
      return changed;
    } catch (error) {
      if (!(error instanceof MutationError)) throw error;
      if (policy.failsOpen) return false;
      throw failure(error, policy, binding, context);
    }
  }

  /** All mutations of the policy with one set of parameters: all are made or, when one fails, none. */
  async #mutate(
    { policy, shown }: Pick<PolicyMatch<MutatingPolicy>, 'policy' | 'shown'>,
    param: KubeObject | null,
    request: AdmissionRequest,
  ): Promise<boolean> {
    const budget: Budget = { left: budgetMax };
    const { object: before } = this.#contexts.of(request).attributes;
    if (before === undefined) return false;
    let object = before;
    for (const [index, mutation] of policy.mutations.entries()) {
      const { input, as, back } = this.#contexts.of(request, object);
      const { bindings: base } = await input(shown, [...(policy.conditions?.expressions ?? []), ...policy.expressions]);
      const bindings = { ...base, params: () => bindJson(declare.dyn, param) };
      if (index === 0 && policy.conditions !== undefined) {
        const { hold, errors } = conditionsHold(policy.conditions, { bindings }, budget);
        if (errors.length > 0) throw new MutationError(listed(errors));
        if (!hold) return false;
      }
      const seen = (await as(shown)).object ?? object;
      const result = mutated(mutation, seen, shown, withVariables(bindings, policy.variables, budget), budget);
      if (result !== seen) object = await back(result, shown);
    }
    if (object === before) return false;
    replaceObject(request, object);
    return true;
  }
}

function failure(error: MutationError, { name }: MutatingPolicy, binding: Binding, { request, attributes }: MatchContext): StatusError {
  const message = `policy '${name}' with binding '${binding.name}' denied request: ${error.message}`;
  const { message: full, details } = forbidden(groupResourceOf(request.call.kind), attributes.name, message);
  return new StatusError('Invalid', full, { details: { ...details, causes: [{ message }] }, cause: error });
}
