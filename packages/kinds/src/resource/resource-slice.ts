import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { NodeSelector } from '../core/node-selector.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { CounterSet, Device } from './device.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';

export const ResourceSlice = topLevel('io.k8s.api.resource.v1.ResourceSlice', {
  spec: ref(2, () => ResourceSliceSpec)
    .required()
    .always(),
});
export type ResourceSlice = Infer<typeof ResourceSlice>;

export const ResourceSliceSpec = object('io.k8s.api.resource.v1.ResourceSliceSpec', {
  driver: string(1).required(),
  pool: ref(2, () => ResourcePool).required(),
  nodeName: string(3).keepsZero(),
  nodeSelector: ref(4, () => NodeSelector),
  allNodes: boolean(5).keepsZero(),
  devices: list(6, () => Device).atomic(),
  perDeviceNodeSelection: boolean(7).keepsZero(),
  sharedCounters: list(8, () => CounterSet).atomic(),
});
export type ResourceSliceSpec = Infer<typeof ResourceSliceSpec>;

export const ResourcePool = object('io.k8s.api.resource.v1.ResourcePool', {
  name: string(1).required(),
  generation: int64(2).required(),
  resourceSliceCount: int64(3).required(),
});
export type ResourcePool = Infer<typeof ResourcePool>;

export const resourceSlices: Kind<ResourceSlice> = {
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  singular: 'resourceslice',
  namespaced: false,
  schema: ResourceSlice,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('Node', 'The node that has the devices.', ({ spec }) => spec.nodeName ?? '<unset>'),
    textColumn('Driver', 'The driver of the devices.', ({ spec }) => spec.driver),
    textColumn('Pool', 'The pool that they belong to.', ({ spec }) => spec.pool.name),
    ageColumn,
  ],
};
