import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { PersistentVolumeClaim } from './persistent-volume-claim.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';
import { ageColumn, nameColumn, textColumn } from '../../meta/columns.ts';
import { accessModesCell, phaseCell, unset } from '../volume-cells.ts';
import { validateClaimUpdate } from './claim-update.ts';
import { validateClaimSpec } from './validate-claim-spec.ts';

export const persistentVolumeClaims: Kind<PersistentVolumeClaim> = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  namespaced: true,
  schema: PersistentVolumeClaim,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'v1/PersistentVolumeClaim', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    prepareForCreate: resetStatus({ phase: 'Pending' }),
    prepareForUpdate: keepStatus,
    validate: ({ spec }) => validateClaimSpec(spec, 'spec'),
    validateUpdate: validateClaimUpdate,
    warnings: ({ metadata }) =>
      metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] === undefined
        ? []
        : [
            `metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead`,
          ],
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('Status', 'Whether it waits, is bound or lost.', phaseCell),
    textColumn('Volume', 'The volume that it is bound to.', ({ spec }) => spec.volumeName ?? ''),
    textColumn('Capacity', 'How much that volume holds.', ({ spec, status }) =>
      spec.volumeName === undefined ? '' : (status?.capacity?.['storage'] ?? ''),
    ),
    textColumn('Access Modes', 'How nodes may mount it.', ({ spec, status }) =>
      spec.volumeName === undefined ? '' : accessModesCell(status?.accessModes),
    ),
    textColumn('StorageClass', 'The class that it asks for.', ({ spec }) => spec.storageClassName ?? ''),
    textColumn('VolumeAttributesClass', 'The class of attributes that it asks for.', ({ spec }) => spec.volumeAttributesClassName ?? unset),
    ageColumn,
    textColumn('VolumeMode', 'Whether it is a file system or a block device.', ({ spec }) => spec.volumeMode ?? unset, 'wide'),
  ],
};
