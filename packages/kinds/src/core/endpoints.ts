import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { ObjectReference } from './references.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, none, textColumn } from '../meta/columns.ts';
import { firstFew } from './endpoint-cells.ts';

export const Endpoints = topLevel('io.k8s.api.core.v1.Endpoints', {
  subsets: list(2, () => EndpointSubset).atomic(),
});
export type Endpoints = Infer<typeof Endpoints>;

export const EndpointSubset = object('io.k8s.api.core.v1.EndpointSubset', {
  addresses: list(1, () => EndpointAddress).atomic(),
  notReadyAddresses: list(2, () => EndpointAddress).atomic(),
  ports: list(3, () => EndpointPort).atomic(),
});
export type EndpointSubset = Infer<typeof EndpointSubset>;

export const EndpointAddress = object(
  'io.k8s.api.core.v1.EndpointAddress',
  {
    ip: string(1).required(),
    targetRef: ref(2, () => ObjectReference),
    hostname: string(3),
    nodeName: string(4).keepsZero(),
  },
  { atomic: true },
);
export type EndpointAddress = Infer<typeof EndpointAddress>;

export const EndpointPort = object(
  'io.k8s.api.core.v1.EndpointPort',
  {
    name: string(1),
    port: int32(2).required(),
    protocol: string(3).default('TCP'),
    appProtocol: string(4).keepsZero(),
  },
  { atomic: true },
);
export type EndpointPort = Infer<typeof EndpointPort>;

export const endpoints: Kind<Endpoints> = {
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  schema: Endpoints,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    warnings: () => ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('Endpoints', 'Addresses behind the service.', ({ subsets = [] }) =>
      firstFew(
        subsets.flatMap(({ addresses = [], ports = [] }) =>
          ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
        ),
        none,
      ),
    ),
    ageColumn,
  ],
};
