import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, countColumn, nameColumn } from '../meta/columns.ts';

export const CSINode = topLevel('io.k8s.api.storage.v1.CSINode', {
  spec: ref(2, () => CSINodeSpec)
    .required()
    .always(),
});
export type CSINode = Infer<typeof CSINode>;

export const CSINodeSpec = object('io.k8s.api.storage.v1.CSINodeSpec', {
  drivers: list(1, () => CSINodeDriver)
    .required()
    .mapBy('name')
    .patch('merge', 'name'),
});
export type CSINodeSpec = Infer<typeof CSINodeSpec>;

export const CSINodeDriver = object('io.k8s.api.storage.v1.CSINodeDriver', {
  name: string(1).required(),
  nodeID: string(2).required(),
  topologyKeys: list(3, string()).atomic(),
  allocatable: ref(4, () => VolumeNodeResources),
});
export type CSINodeDriver = Infer<typeof CSINodeDriver>;

export const VolumeNodeResources = object('io.k8s.api.storage.v1.VolumeNodeResources', {
  count: int32(1).keepsZero(),
});
export type VolumeNodeResources = Infer<typeof VolumeNodeResources>;

export const csiNodes: Kind<CSINode> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  singular: 'csinode',
  namespaced: false,
  schema: CSINode,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: false,
  },
  columns: [nameColumn, countColumn('Drivers', 'How many drivers the node has.', ({ spec }) => spec.drivers.length), ageColumn],
};
