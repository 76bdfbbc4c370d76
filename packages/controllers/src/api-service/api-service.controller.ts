import { isStatusError, withCondition } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import { type APIService, apiServices, customResourceDefinitions, endpointSlices, services } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import type { Change } from '@kajitori/storage';
import {
  type Controller,
  type ControllerContext,
  type ControllerDescriptor,
  isOfKind,
  type ObjectName,
  type Run,
  self,
  watch,
} from '../runtime/controller.ts';
import { unlessGone } from '../runtime/unless-gone.ts';
import { apiServicesOfDefinition, automanaged, behind, builtIn, isServed, ofDefinition } from './api-service.plan.ts';

/** What is available is looked at again this much later though nothing changed, and what is not, this much. */
const availableMilliseconds = 300_000;
const unavailableMilliseconds = 20_000;
/** The kinds of a cluster may be this much behind its definitions. */
const kindsMilliseconds = 1_500;

const everything: ObjectName = { namespace: '', name: '' };
const named = (names: readonly string[]): ObjectName[] => names.map((name) => ({ namespace: '', name }));

/**
 * Keeps the condition Available of APIServices that a Service in the cluster stands behind, the APIServices of the API server itself, and one for each group
 * and version that CustomResourceDefinitions serve. Keeps no cache of definitions: they are large.
 */
export const apiService: ControllerDescriptor = {
  name: 'api-service',
  user: 'system:kube-aggregator',
  component: 'kube-aggregator',
  watches: [
    watch(apiServices, (event) => (needsCare(event) ? self(event) : []), { changesOnly: true }),
    watch(services, ({ object }, caches) => named(behind(object, caches.of(apiServices).list()))),
    watch(endpointSlices, ({ object }, caches) => named(behind(object, caches.of(apiServices).list()))),
  ],
  create: (context) => new ApiServiceController(context),
};

/** The API server's own need nothing while they are there, and every cluster has them. */
function needsCare({ type, object }: InformerEvent<APIService>): boolean {
  return type === 'deleted' || object.spec.service !== undefined || object.metadata.labels?.[automanaged] === 'true';
}

class ApiServiceController implements Controller {
  readonly #context: ControllerContext;
  /** Their definitions changed just now. */
  readonly #changed = new Set<string>();

  constructor(context: ControllerContext) {
    this.#context = context;
    context.onEveryChange({ changed: (change) => this.#change(change), missed: () => context.enqueue(everything) });
  }

  async reconcile(run: Run): Promise<Outcome> {
    const { cache } = this.#context;
    if (run.name === everything.name) {
      const names = (await run.client.customKinds()).map(({ group, version }) => `${version}.${group}`);
      for (const name of new Set([
        ...names,
        ...cache(apiServices)
          .list()
          .map(({ metadata }) => metadata.name ?? ''),
      ]))
        this.#context.enqueue({ namespace: '', name });
      return done;
    }
    const found = cache(apiServices).get('', run.name);
    if (found?.metadata.deletionTimestamp !== undefined) return done;
    if (found?.spec.service !== undefined) return this.#check(run, found);
    const own = found === undefined ? builtIn(run.name) : undefined;
    if (own !== undefined) return create(run, own);
    if (found === undefined || found.metadata.labels?.[automanaged] === 'true') return this.#ofDefinitions(run, found);
    return done;
  }

  async #check({ client, now }: Run, found: APIService): Promise<Outcome> {
    const checked = { type: 'Available', ...(await this.#context.aggregation.check(found)) };
    const conditions = withCondition(found.status?.conditions, checked, now);
    if (conditions !== found.status?.conditions)
      await unlessGone(client.resource(apiServices).updateStatus({ ...found, status: { conditions } }));
    return requeueAfter(checked.status === 'True' ? availableMilliseconds : unavailableMilliseconds);
  }

  async #ofDefinitions(run: Run, found: APIService | undefined): Promise<Outcome> {
    const { client, name } = run;
    const isServedNow = isServed(await client.customKinds(), name);
    if (isServedNow && found === undefined) await create(run, ofDefinition(name));
    if (!isServedNow && found !== undefined)
      await unlessGone(client.resource(apiServices).delete('', name, { preconditions: { uid: found.metadata.uid ?? '' } }));
    return this.#changed.delete(name) ? requeueAfter(kindsMilliseconds) : done;
  }

  #change({ object, before }: Change): void {
    if (!isOfKind(object, customResourceDefinitions)) return;
    for (const name of new Set([object.body, ...(before === undefined ? [] : [before.body])].flatMap(apiServicesOfDefinition))) {
      this.#changed.add(name);
      this.#context.enqueue({ namespace: '', name });
    }
  }
}

async function create({ client }: Run, wanted: APIService): Promise<Outcome> {
  await client
    .resource(apiServices)
    .create(wanted)
    .catch((error: unknown) => {
      if (!isStatusError(error, 'AlreadyExists')) throw error;
    });
  return done;
}
