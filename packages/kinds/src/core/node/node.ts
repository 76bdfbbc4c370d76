import { boolean, list, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeStatus } from './node-status.ts';
import { Taint } from '../toleration.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Node = topLevel('io.k8s.api.core.v1.Node', {
  spec: ref(2, () => NodeSpec).always(),
  status: ref(3, () => NodeStatus).byValue(),
});
export type Node = Infer<typeof Node>;

export const NodeSpec = object('io.k8s.api.core.v1.NodeSpec', {
  podCIDR: string(1),
  externalID: string(2),
  providerID: string(3),
  unschedulable: boolean(4),
  taints: list(5, () => Taint).atomic(),
  configSource: ref(6, () => NodeConfigSource),
  podCIDRs: list(7, string()).set().patch('merge'),
});
export type NodeSpec = Infer<typeof NodeSpec>;

export const NodeConfigSource = object('io.k8s.api.core.v1.NodeConfigSource', {
  configMap: ref(2, () => ConfigMapNodeConfigSource),
});
export type NodeConfigSource = Infer<typeof NodeConfigSource>;

export const ConfigMapNodeConfigSource = object('io.k8s.api.core.v1.ConfigMapNodeConfigSource', {
  namespace: string(1).required(),
  name: string(2).required(),
  uid: string(3),
  resourceVersion: string(4),
  kubeletConfigKey: string(5).required(),
});
export type ConfigMapNodeConfigSource = Infer<typeof ConfigMapNodeConfigSource>;
