import { controllerOf, isStatusError } from '@kajitori/apimachinery';
import type { ClusterClient } from '@kajitori/client';
import { type Eviction, type Pod, pods } from '@kajitori/kinds';

export interface DrainOptions {
  gracePeriodSeconds?: number;
  /** Also pods that no controller would make anew. */
  force: boolean;
  /** Also pods whose emptyDir data would be lost. */
  deleteEmptyDirData: boolean;
}

export type DrainDecision =
  | { decision: 'evict' }
  /** Asked before; its containers are still ending. */
  | { decision: 'ending' }
  /** Draining does not end it. */
  | { decision: 'keep'; reason: string }
  /** Draining ends it only when told so. */
  | { decision: 'block'; reason: string };

export interface Drain {
  done: boolean;
  evicted: string[];
  ending: string[];
  kept: { pod: string; reason: string }[];
  blocked: { pod: string; reason: string }[];
}

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const concurrentEvictions = 10;

/** What draining does with one pod: the rules of `kubectl drain`. Pure. */
export function drainDecision(pod: Pod, { force, deleteEmptyDirData }: DrainOptions): DrainDecision {
  if (pod.metadata.deletionTimestamp !== undefined) return { decision: 'ending' };
  if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) return { decision: 'keep', reason: 'a static pod of the node' };
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const owner = controllerOf(pod);
  if (owner?.kind === 'DaemonSet' && !ended) return { decision: 'keep', reason: 'a pod of a DaemonSet' };
  if (ended) return { decision: 'evict' };
  if (owner === undefined && !force) return { decision: 'block', reason: 'no controller would make it anew: drain with force' };
  if (!deleteEmptyDirData && pod.spec?.volumes?.some(({ emptyDir }) => emptyDir !== undefined) === true) {
    return { decision: 'block', reason: 'its emptyDir data would be lost: drain with deleteEmptyDirData' };
  }
  return { decision: 'evict' };
}

/** One step of a drain: asks every pod that may go to go. It is done when nothing that draining ends is left. */
export async function drainNode(client: ClusterClient, nodeName: string, options: DrainOptions): Promise<Drain> {
  const { items } = await client.resource(pods).list('', { fieldSelector: `spec.nodeName=${nodeName}` });
  const drain: Drain = { done: false, evicted: [], ending: [], kept: [], blocked: [] };
  const toEvict: Pod[] = [];
  for (const pod of items) {
    const decided = drainDecision(pod, options);
    if (decided.decision === 'evict') toEvict.push(pod);
    else if (decided.decision === 'ending') drain.ending.push(nameOf(pod));
    else drain[decided.decision === 'keep' ? 'kept' : 'blocked'].push({ pod: nameOf(pod), reason: decided.reason });
  }
  for (let at = 0; at < toEvict.length; at += concurrentEvictions) {
    await Promise.all(toEvict.slice(at, at + concurrentEvictions).map((pod) => evict(client, pod, options, drain)));
  }
  drain.done = drain.evicted.length === 0 && drain.ending.length === 0 && drain.blocked.length === 0;
  return drain;
}

async function evict(client: ClusterClient, pod: Pod, { gracePeriodSeconds }: DrainOptions, drain: Drain): Promise<void> {
  const { namespace = '', name = '', uid } = pod.metadata;
  const eviction: Eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid }, ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) },
  };
  try {
    await client.resource(pods).post(namespace, name, 'eviction', eviction);
    drain.evicted.push(nameOf(pod));
  } catch (error) {
    if (isStatusError(error, 'NotFound') || isStatusError(error, 'Conflict')) return;
    if (!isStatusError(error, 'TooManyRequests')) throw error;
    drain.blocked.push({ pod: nameOf(pod), reason: error.message });
  }
}

const nameOf = ({ metadata: { namespace = '', name = '' } }: Pod): string => `${namespace}/${name}`;
