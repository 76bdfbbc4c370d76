import type { ConfigMap, Secret, Service } from '@kajitori/kinds';
import type { NodePod } from './node-pod.ts';

/** The objects beside pods that this node was given. */
export interface PodObjects {
  configMap(namespace: string, name: string): ConfigMap | undefined;
  secret(namespace: string, name: string): Secret | undefined;
  services(namespace: string): readonly Service[];
}

/** What a container may ask about its pod that is not in its spec. */
export interface PodFacts {
  pod: NodePod;
  podIps: readonly string[];
  hostIps: readonly string[];
  nodeName: string;
  /** What a container without limits may use: the node's allocatable. */
  allocatable: Readonly<Record<string, string>>;
}
