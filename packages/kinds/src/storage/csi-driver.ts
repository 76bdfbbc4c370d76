import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, listCell, nameColumn } from '../meta/columns.ts';

export const CSIDriver = topLevel('io.k8s.api.storage.v1.CSIDriver', {
  spec: ref(2, () => CSIDriverSpec)
    .required()
    .always(),
});
export type CSIDriver = Infer<typeof CSIDriver>;

export const CSIDriverSpec = object('io.k8s.api.storage.v1.CSIDriverSpec', {
  attachRequired: boolean(1).keepsZero().default(true),
  podInfoOnMount: boolean(2).keepsZero().default(false),
  volumeLifecycleModes: list(3, string()).set().default(['Persistent']),
  storageCapacity: boolean(4).keepsZero().default(false),
  fsGroupPolicy: string(5).keepsZero().default('ReadWriteOnceWithFSType'),
  tokenRequests: list(6, () => CSITokenRequest).atomic(),
  requiresRepublish: boolean(7).keepsZero().default(false),
  seLinuxMount: boolean(8).keepsZero().default(false),
  nodeAllocatableUpdatePeriodSeconds: int64(9).keepsZero(),
  serviceAccountTokenInSecrets: boolean(10).keepsZero(),
  preventPodSchedulingIfMissing: boolean(11).keepsZero(),
});
export type CSIDriverSpec = Infer<typeof CSIDriverSpec>;

export const CSITokenRequest = object('io.k8s.api.storage.v1.TokenRequest', {
  audience: string(1).required(),
  expirationSeconds: int64(2).keepsZero(),
});
export type CSITokenRequest = Infer<typeof CSITokenRequest>;

export const csiDrivers: Kind<CSIDriver> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  singular: 'csidriver',
  namespaced: false,
  schema: CSIDriver,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    {
      name: 'AttachRequired',
      type: 'boolean',
      description: 'Whether volumes must be attached before they are mounted.',
      priority: 0,
      value: ({ spec }) => spec.attachRequired ?? true,
    },
    {
      name: 'PodInfoOnMount',
      type: 'boolean',
      description: 'Whether it is told of the pod.',
      priority: 0,
      value: ({ spec }) => spec.podInfoOnMount ?? false,
    },
    {
      name: 'StorageCapacity',
      type: 'boolean',
      description: 'Whether it tells how much room there is.',
      priority: 0,
      value: ({ spec }) => spec.storageCapacity ?? false,
    },
    {
      name: 'TokenRequests',
      type: 'string',
      description: 'Audiences of the tokens that it gets.',
      priority: 0,
      value: ({ spec }) =>
        spec.tokenRequests === undefined || spec.tokenRequests.length === 0
          ? '<unset>'
          : spec.tokenRequests.map(({ audience }) => audience).join(','),
    },
    {
      name: 'RequiresRepublish',
      type: 'boolean',
      description: 'Whether it is called again and again.',
      priority: 0,
      value: ({ spec }) => spec.requiresRepublish ?? false,
    },
    {
      name: 'Modes',
      type: 'string',
      description: 'Lifecycles of volumes that it knows.',
      priority: 0,
      value: ({ spec }) => listCell(spec.volumeLifecycleModes),
    },
    ageColumn,
  ],
};
