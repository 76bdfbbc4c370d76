import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { map, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';

export const VolumeAttributesClass = topLevel('io.k8s.api.storage.v1.VolumeAttributesClass', {
  driverName: string(2).required(),
  parameters: map(3, string()),
});
export type VolumeAttributesClass = Infer<typeof VolumeAttributesClass>;

export const volumeAttributesClasses: Kind<VolumeAttributesClass> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  singular: 'volumeattributesclass',
  shortNames: ['vac'],
  namespaced: false,
  schema: VolumeAttributesClass,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn, textColumn('DriverName', 'The driver that it is for.', ({ driverName }) => driverName), ageColumn],
};
