import { canonicalQuantity, isStatusError, type KubeObject } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import {
  catalogue,
  type Kind,
  persistentVolumeClaims,
  type Pod,
  pods,
  type ResourceQuota,
  resourceQuotas,
  services,
} from '@kajitori/kinds';
import { type CountedResource, countName, quotaEndsAt, quotaStatus, resourcesOfQuota } from '@kajitori/policies';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
import type { Change } from '@kajitori/storage';
import { isEnded } from '../pods/pod-state.ts';
import type { Caches } from '../runtime/caches.ts';
import {
  type Controller,
  type ControllerContext,
  type ControllerDescriptor,
  isOfKind,
  nameOf,
  type ObjectName,
  type Run,
  self,
  watch,
} from '../runtime/controller.ts';
import { canonicalText, sameContent } from '../runtime/same-content.ts';

/** Kinds whose size counts, not only their number. */
const measured = [pods, services, persistentVolumeClaims] as unknown as readonly Kind[];
/** By then every API process knows of a new limit; what was written without being charged is counted once more. */
const settledMilliseconds = 2_000;
/** How long a cache may lag behind the quota before the run fails and is retried. */
const lagMaxMilliseconds = 10_000;
const attemptsMax = 10;
/** A limit that somebody wrote into the status himself stands this long. */
const foreignMilliseconds = 60_000;

/**
 * Counts anew what quotas have used. Owns their status, together with the API's writers, who charge it for what they write: a count is
 * only written over the revision that it was made from, when the caches show everything up to that revision.
 */
export const resourceQuota: ControllerDescriptor = {
  name: 'resource-quota',
  user: 'system:serviceaccount:kube-system:resourcequota-controller',
  component: 'resourcequota-controller',
  watches: [
    watch(resourceQuotas, (event) => (event.type === 'deleted' ? [] : self(event))),
    watch(pods, (event, caches) => (givesBack(event) ? quotasOf(event.object.metadata.namespace, caches) : [])),
    ...[services, persistentVolumeClaims].map((kind) =>
      watch(kind as unknown as Kind, ({ type, object }, caches) => (type === 'added' ? [] : quotasOf(object.metadata.namespace, caches))),
    ),
  ],
  create: (context) => new ResourceQuotaController(context),
};

function quotasOf(namespace: string | undefined, caches: Caches): ObjectName[] {
  return caches.of(resourceQuotas).list(namespace).map(nameOf);
}

/** A pod that is gone, over, about to be gone, or of another size. */
function givesBack(event: InformerEvent<Pod>): boolean {
  if (event.type !== 'updated') return event.type === 'deleted';
  const { object, old } = event;
  return (
    isEnded(object) !== isEnded(old) ||
    object.metadata.deletionTimestamp !== old.metadata.deletionTimestamp ||
    object.metadata.generation !== old.metadata.generation
  );
}

class ResourceQuotaController implements Controller {
  readonly #context: ControllerContext;
  /** Specs that were counted, by uid, and since when a status says other limits all the same. */
  readonly #counts = new Map<string, { spec: string; foreignSince?: number }>();
  /**
   * `NAMESPACE/NAME` of quotas where an object went whose kind this process may not know yet: they are counted once more, when it does. Until then
   * the instant is kept, in milliseconds, since a run in between must not make this one forget; undefined: no run has seen it yet.
   */
  readonly #unsettled = new Map<string, number | undefined>();

  constructor(context: ControllerContext) {
    this.#context = context;
    context.onChange(resourceQuotas, ({ type, object }) => {
      if (type !== 'deleted') return;
      this.#counts.delete(object.metadata.uid ?? '');
      this.#unsettled.delete(`${object.metadata.namespace}/${object.metadata.name}`);
    });
    context.onEveryChange({
      changed: ({ type, object }: Change) => {
        if (type !== 'delete' || object.namespace === '') return;
        const isOwn = !catalogue.some((kind) => isOfKind(object, kind));
        for (const name of quotasOf(object.namespace, context.caches)) {
          if (isOwn) this.#unsettled.set(`${name.namespace}/${name.name}`, undefined);
          context.enqueue(name);
        }
      },
      missed: () =>
        context
          .cache(resourceQuotas)
          .list()
          .map(nameOf)
          .forEach((name) => context.enqueue(name)),
    });
  }

  async reconcile(run: Run): Promise<Outcome> {
    for (let attempt = 1; ; attempt += 1) {
      const found = await run.client.resource(resourceQuotas).find(run.namespace, run.name);
      if (found === undefined || found.metadata.deletionTimestamp !== undefined) return done;
      const patience = this.#patience(found, run.now);
      if (patience > 0) return requeueAfter(patience);
      const counted = await this.#counted(found, run);
      const status = quotaStatus(found, (resource) => counted.get(countName(resource)), run.now);
      if (sameContent(status, found.status ?? {})) {
        this.#remember(found);
        return this.#next(run);
      }
      try {
        await run.client.resource(resourceQuotas).updateStatus({ ...found, status });
        this.#remember(found);
        return sameContent(status.hard, found.status?.hard) ? this.#next(run) : requeueAfter(settledMilliseconds);
      } catch (error) {
        // A writer charged it meanwhile.
        if (!isStatusError(error, 'Conflict') || attempt === attemptsMax) throw error;
      }
    }
  }

  /** Milliseconds that limits in the status which are not those of the spec are still let stand. */
  #patience({ metadata, spec, status }: ResourceQuota, now: Date): number {
    const known = this.#counts.get(metadata.uid ?? '');
    if (known?.spec !== canonicalText(spec) || sameContent(canonical(spec.hard), canonical(status?.hard))) return 0;
    known.foreignSince ??= now.getTime();
    return known.foreignSince + foreignMilliseconds - now.getTime();
  }

  #remember({ metadata, spec }: ResourceQuota): void {
    this.#counts.set(metadata.uid ?? '', { spec: canonicalText(spec) });
  }

  /** All objects that the quota counts, as they were at the quota's revision or later. Of a kind that is not served nothing is said. */
  async #counted(quota: ResourceQuota, { client, namespace, signal }: Run): Promise<Map<string, readonly KubeObject[]>> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(lagMaxMilliseconds)]);
    const counted = new Map<string, readonly KubeObject[]>();
    for (const resource of resourcesOfQuota(quota)) {
      const kind = kindOf(resource, catalogue);
      if (kind === undefined) {
        const own = kindOf(resource, await client.customKinds());
        if (own !== undefined) counted.set(countName(resource), (await client.resource(own).list(namespace)).items);
        continue;
      }
      const { caches } = this.#context;
      const informer = (measured.includes(kind) ? caches.find(kind) : undefined) ?? (await caches.metadata([kind])).get(kind);
      if (informer === undefined) continue;
      await informer.reached(Number(quota.metadata.resourceVersion), limited);
      counted.set(countName(resource), informer.list(namespace));
    }
    return counted;
  }

  /** Pods whose deletion takes longer than it should stop to count by themselves. */
  #next({ namespace, name, now }: Run): Outcome {
    const left = this.#unsettledMilliseconds(`${namespace}/${name}`, now);
    if (left > 0) return requeueAfter(left);
    const ends = this.#context
      .cache(pods)
      .list(namespace)
      .map((pod) => quotaEndsAt(pod, now))
      .filter((at) => at > now.getTime() && at !== Infinity);
    return ends.length === 0 ? done : requeueAfter(Math.min(...ends) - now.getTime());
  }

  #unsettledMilliseconds(key: string, now: Date): number {
    if (!this.#unsettled.has(key)) return 0;
    const until = this.#unsettled.get(key) ?? now.getTime() + settledMilliseconds;
    if (until > now.getTime()) this.#unsettled.set(key, until);
    else this.#unsettled.delete(key);
    return until - now.getTime();
  }
}

function canonical(amounts: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, text]) => [name, canonicalQuantity(text) ?? text]));
}

function kindOf({ group, resource }: CountedResource, kinds: readonly Kind[]): Kind | undefined {
  return kinds.find((kind) => kind.group === group && kind.plural === resource && kind.stored && kind.hub === undefined);
}
