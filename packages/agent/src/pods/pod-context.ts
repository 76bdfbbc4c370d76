import type { NetworkSettings } from '@kajitori/agent-protocol';
import type { PodStatus } from '@kajitori/kinds';
import type { Logger } from '@kajitori/telemetry';
import type { PodDns } from '../model/container-spec.ts';
import type { NodePod } from '../model/node-pod.ts';
import type { PodObjects } from '../model/pod-objects.ts';
import type { Requests } from '../model/requests.ts';
import type { PodEvent } from '../model/pod-plan.ts';
import type { Probes } from '../probes/probes.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { Volumes } from '../volumes/volumes.ts';

/** What every pod's worker shares: the rooms that act, and the facts of the node. */
export interface PodContext {
  runtime: ContainerRuntime;
  volumes: Volumes;
  probes: Probes;
  objects: PodObjects;
  node: NodeFactsForPods;
  recordEvent: (pod: NodePod, event: PodEvent) => void;
  reportStatus: (pod: NodePod, status: PodStatus) => void;
  log: Logger;
}

export interface NodeFactsForPods {
  name: string;
  readonly ips: readonly string[];
  readonly allocatable: Readonly<Record<string, string>>;
  /** Of all pods here but one. */
  requestsOfOthers: (uid: string) => Requests;
  readonly network: NetworkSettings;
  hostDns: PodDns;
}
