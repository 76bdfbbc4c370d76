import { formatTime } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import { nodes, type Pod, pods } from '@kajitori/kinds';
import { done, durableDelayMilliseconds, type Outcome, requeueAfter } from '@kajitori/reconciler';
import { isEnded } from '../pods/pod-state.ts';
import type { Caches } from '../runtime/caches.ts';
import {
  type Controller,
  type ControllerContext,
  type ControllerDescriptor,
  type ObjectName,
  type Run,
  watch,
} from '../runtime/controller.ts';
import { unlessGone, unlessGoneOrOther } from '../runtime/unless-gone.ts';
import { planPodGc, terminatedPodsMax } from './pod-gc.plan.ts';

/** A node that is missing this long is gone: its agent may only be registering anew. */
const quarantineMilliseconds = 40_000;
/**
 * How missing nodes are counted is kept in memory: a run that is due sooner than a cluster is let go keeps it held, and the count with it. A later one would
 * find a new controller, which counts from the beginning, again and again.
 */
const lookAgainMilliseconds = durableDelayMilliseconds - 1_000;
const theCluster: readonly ObjectName[] = [{ namespace: '', name: '' }];

/** Removes pods that nobody else can: of nodes that are gone, and ended ones beyond the limit. */
export const podGc: ControllerDescriptor = {
  name: 'pod-gc',
  user: 'system:serviceaccount:kube-system:pod-garbage-collector',
  component: 'pod-garbage-collector',
  watches: [
    watch(nodes, ({ type }) => (type === 'updated' ? [] : theCluster)),
    watch(pods, (event, caches) => (isTelling(event, caches) ? theCluster : [])),
  ],
  create: (context) => new PodGcController(context),
};

function isTelling({ type, object }: InformerEvent<Pod>, caches: Caches): boolean {
  if (type === 'deleted') return false;
  const { nodeName = '' } = object.spec;
  if (object.metadata.deletionTimestamp !== undefined && nodeName === '') return true;
  if (nodeName !== '' && caches.of(nodes).get('', nodeName) === undefined) return true;
  return isEnded(object) && caches.of(pods).list().length > terminatedPodsMax;
}

class PodGcController implements Controller {
  readonly #context: ControllerContext;
  /** Since when each missing node has been missed. */
  readonly #missedSince = new Map<string, number>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const found = new Map(
      this.#context
        .cache(nodes)
        .list()
        .map((node) => [node.metadata.name ?? '', node]),
    );
    const plan = planPodGc({ pods: this.#context.cache(pods).list(), nodes: found });
    await Promise.all([...plan.stuck, ...plan.surplus].map((pod) => remove(run, pod)));
    const missed = new Set(plan.orphaned.map(({ spec }) => spec.nodeName ?? ''));
    for (const name of this.#missedSince.keys()) if (!missed.has(name)) this.#missedSince.delete(name);
    let wait: number | undefined;
    for (const name of missed) {
      const since = this.#missedSince.get(name) ?? run.now.getTime();
      this.#missedSince.set(name, since);
      const left = since + quarantineMilliseconds - run.now.getTime();
      if (left > 0) wait = Math.min(wait ?? left, left);
      else if ((await run.client.resource(nodes).find('', name)) === undefined) {
        await Promise.all(plan.orphaned.filter(({ spec }) => spec.nodeName === name).map((pod) => this.#removeOrphan(run, pod)));
      }
    }
    return wait === undefined ? done : requeueAfter(Math.min(wait, lookAgainMilliseconds));
  }

  /** The pod is said to have failed first: whoever counts its end must see one. */
  async #removeOrphan(run: Run, pod: Pod): Promise<void> {
    if (!isEnded(pod)) {
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
        lastTransitionTime: formatTime(run.now),
      };
      const patch = { status: { phase: 'Failed', conditions: [condition] } };
      const { namespace = '', name = '' } = pod.metadata;
      await unlessGone(
        run.client.resource(pods).patch(namespace, name, patch, { type: 'application/strategic-merge-patch+json', subresource: 'status' }),
      );
    }
    await remove(run, pod);
  }
}

async function remove({ client }: Run, { metadata }: Pod): Promise<void> {
  const options = { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } };
  await unlessGoneOrOther(client.resource(pods).delete(metadata.namespace ?? '', metadata.name ?? '', options));
}
