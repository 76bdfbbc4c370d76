import { boolean, list, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeConfigSource } from './node-config.ts';
import { NodeStatus } from './node-status.ts';
import { Taint } from '../toleration.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Node = topLevel(
  'io.k8s.api.core.v1.Node',
  {
    spec: ref(2, () => NodeSpec)
      .always()
      .describe('How the node is to be used.'),
    status: ref(3, () => NodeStatus)
      .byValue()
      .describe('What the node says of itself.'),
  },
  { description: 'A machine that runs pods.' },
);
export type Node = Infer<typeof Node>;

export const NodeSpec = object('io.k8s.api.core.v1.NodeSpec', {
  podCIDR: string(1).describe('Addresses of the pods on the node.'),
  externalID: string(2).describe('No longer used.'),
  providerID: string(3).describe('Name of the machine at its provider.'),
  unschedulable: boolean(4).describe('Whether new pods are kept away from the node (cordon).'),
  taints: list(5, () => Taint)
    .atomic()
    .describe('What keeps pods away that do not tolerate it.'),
  configSource: ref(6, () => NodeConfigSource).describe('No longer used.'),
  podCIDRs: list(7, string()).set().patch('merge').describe('Addresses of the pods on the node, one range a family.'),
});
export type NodeSpec = Infer<typeof NodeSpec>;
