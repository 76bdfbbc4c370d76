import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { PersistentVolume } from './persistent-volume.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';
import { ageColumn, nameColumn, textColumn } from '../../meta/columns.ts';
import { accessModesCell, phaseCell, unset } from '../volume-cells.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validate-persistent-volume.ts';

export const persistentVolumes: Kind<PersistentVolume> = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  singular: 'persistentvolume',
  shortNames: ['pv'],
  namespaced: false,
  schema: PersistentVolume,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'v1/PersistentVolume', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    prepareForCreate: resetStatus({ phase: 'Pending' }),
    prepareForUpdate: keepStatus,
    validate: validatePersistentVolume,
    validateUpdate: validatePersistentVolumeUpdate,
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
    textColumn('Capacity', 'How much it holds.', ({ spec }) => spec.capacity?.['storage'] ?? ''),
    textColumn('Access Modes', 'How nodes may mount it.', ({ spec }) => accessModesCell(spec.accessModes)),
    textColumn('Reclaim Policy', 'What becomes of it when its claim goes.', ({ spec }) => spec.persistentVolumeReclaimPolicy ?? ''),
    textColumn('Status', 'Whether it is free, bound or failed.', phaseCell),
    textColumn('Claim', 'The claim that it is bound to.', ({ spec }) =>
      spec.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`,
    ),
    textColumn('StorageClass', 'Its class.', ({ spec }) => spec.storageClassName ?? ''),
    textColumn('VolumeAttributesClass', 'The class of its attributes.', ({ spec }) => spec.volumeAttributesClassName ?? unset),
    textColumn('Reason', 'Why it is in this state.', ({ status }) => status?.reason ?? ''),
    ageColumn,
    textColumn('VolumeMode', 'Whether it is a file system or a block device.', ({ spec }) => spec.volumeMode ?? unset, 'wide'),
  ],
};
