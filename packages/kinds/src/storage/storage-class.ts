import { dns1123SubdomainError, forbiddenField } from '@kajitori/apimachinery';
import { boolean, list, map, string, type Infer } from '@kajitori/schema';
import { TopologySelectorTerm } from '../core/topology-selector.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { immutableField, sameValue } from '../meta/immutable.ts';

export const StorageClass = topLevel('io.k8s.api.storage.v1.StorageClass', {
  provisioner: string(2).required(),
  parameters: map(3, string()),
  reclaimPolicy: string(4).keepsZero().enum('Delete', 'Retain').default('Delete'),
  mountOptions: list(5, string()).atomic(),
  allowVolumeExpansion: boolean(6).keepsZero(),
  volumeBindingMode: string(7).keepsZero().enum('Immediate', 'WaitForFirstConsumer').default('Immediate'),
  allowedTopologies: list(8, () => TopologySelectorTerm).atomic(),
});
export type StorageClass = Infer<typeof StorageClass>;

/** Claims without a class get this one. */
export function isDefaultClass(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return (
    annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
    annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true'
  );
}

export const storageClasses: Kind<StorageClass> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  namespaced: false,
  schema: StorageClass,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    validateUpdate: (storageClass, old) => [
      ...(['parameters', 'provisioner', 'reclaimPolicy'] as const)
        .filter((key) => !sameValue(storageClass[key], old[key]))
        .map((key) => forbiddenField(key, `updates to ${key} are forbidden.`)),
      ...immutableField('volumeBindingMode', storageClass.volumeBindingMode, old.volumeBindingMode),
    ],
    allowUnconditionalUpdate: true,
  },
  columns: [
    { ...nameColumn, value: ({ metadata }) => `${metadata.name ?? ''}${isDefaultClass(metadata.annotations) ? ' (default)' : ''}` },
    textColumn('Provisioner', 'Who makes its volumes.', ({ provisioner }) => provisioner),
    textColumn('ReclaimPolicy', 'What becomes of a volume when its claim goes.', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
    textColumn('VolumeBindingMode', 'When a claim gets its volume.', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
    {
      name: 'AllowVolumeExpansion',
      type: 'string',
      description: 'Whether its claims may grow.',
      priority: 0,
      value: ({ allowVolumeExpansion }) => allowVolumeExpansion === true,
    },
    ageColumn,
  ],
};
