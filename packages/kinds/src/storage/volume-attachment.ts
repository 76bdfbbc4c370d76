import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, int32, map, object, ref, string, type Infer } from '@kajitori/schema';
import { PersistentVolumeSpec } from '../core/persistent-volume/persistent-volume.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { keepStatus, resetStatus } from '../meta/status-split.ts';
import { Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';

export const VolumeAttachment = topLevel('io.k8s.api.storage.v1.VolumeAttachment', {
  spec: ref(2, () => VolumeAttachmentSpec)
    .required()
    .always(),
  status: ref(3, () => VolumeAttachmentStatus).byValue(),
});
export type VolumeAttachment = Infer<typeof VolumeAttachment>;

export const VolumeAttachmentSpec = object('io.k8s.api.storage.v1.VolumeAttachmentSpec', {
  attacher: string(1).required(),
  source: ref(2, () => VolumeAttachmentSource).required(),
  nodeName: string(3).required(),
});
export type VolumeAttachmentSpec = Infer<typeof VolumeAttachmentSpec>;

export const VolumeAttachmentSource = object('io.k8s.api.storage.v1.VolumeAttachmentSource', {
  persistentVolumeName: string(1).keepsZero(),
  inlineVolumeSpec: ref(2, () => PersistentVolumeSpec),
});
export type VolumeAttachmentSource = Infer<typeof VolumeAttachmentSource>;

export const VolumeAttachmentStatus = object('io.k8s.api.storage.v1.VolumeAttachmentStatus', {
  attached: boolean(1).required().default(false),
  attachmentMetadata: map(2, string()),
  attachError: ref(3, () => VolumeError),
  detachError: ref(4, () => VolumeError),
});
export type VolumeAttachmentStatus = Infer<typeof VolumeAttachmentStatus>;

export const VolumeError = object('io.k8s.api.storage.v1.VolumeError', {
  time: ref(1, () => Time),
  message: string(2),
  errorCode: int32(3).keepsZero(),
});
export type VolumeError = Infer<typeof VolumeError>;

export const volumeAttachments: Kind<VolumeAttachment> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  singular: 'volumeattachment',
  namespaced: false,
  schema: VolumeAttachment,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'storage.k8s.io/v1/VolumeAttachment', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    textColumn('Attacher', 'Who attaches it.', ({ spec }) => spec.attacher),
    textColumn('PV', 'The volume.', ({ spec }) => spec.source.persistentVolumeName ?? ''),
    textColumn('Node', 'The node.', ({ spec }) => spec.nodeName),
    {
      name: 'Attached',
      type: 'boolean',
      description: 'Whether it is attached.',
      priority: 0,
      value: ({ status }) => status?.attached ?? false,
    },
    ageColumn,
  ],
};
