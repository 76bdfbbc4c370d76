import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { inline, list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { DeviceSelector, OpaqueDeviceConfiguration } from './device-request.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';

export const DeviceClass = topLevel('io.k8s.api.resource.v1.DeviceClass', {
  spec: ref(2, () => DeviceClassSpec)
    .required()
    .always(),
});
export type DeviceClass = Infer<typeof DeviceClass>;

export const DeviceClassSpec = object('io.k8s.api.resource.v1.DeviceClassSpec', {
  selectors: list(1, () => DeviceSelector).atomic(),
  config: list(2, () => DeviceClassConfiguration).atomic(),
  extendedResourceName: string(4).keepsZero(),
});
export type DeviceClassSpec = Infer<typeof DeviceClassSpec>;

export const DeviceClassConfiguration = object('io.k8s.api.resource.v1.DeviceClassConfiguration', {
  ...inline(1, { opaque: ref(1, () => OpaqueDeviceConfiguration) }),
});
export type DeviceClassConfiguration = Infer<typeof DeviceClassConfiguration>;

export const deviceClasses: Kind<DeviceClass> = {
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  singular: 'deviceclass',
  namespaced: false,
  schema: DeviceClass,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn, ageColumn],
};
