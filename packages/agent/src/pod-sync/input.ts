import type { PodStatus } from '@kajitori/kinds';
import type { NodePod } from '../model/node-pod.ts';
import type { ObservedPod } from '../model/observed-pod.ts';
import type { PodActivity } from '../model/pod-activity.ts';
import type { NodeRoom } from './allocation.ts';

/** All that a plan depends on. */
export interface PodSyncInput {
  pod: NodePod;
  /** The pod is not wanted here any more, although nobody said so through its deletionTimestamp. */
  removed: boolean;
  observed: ObservedPod;
  activity: PodActivity;
  /** What the last plan said: conditions keep their times by it. */
  previous: PodStatus | undefined;
  node: { ips: readonly string[] } & NodeRoom;
  now: Date;
}
