import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, int32, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { ObjectReference } from '../core/references.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';
import { firstFew } from '../core/endpoint-cells.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './validate-endpoint-slice.ts';

export const EndpointSlice = topLevel('io.k8s.api.discovery.v1.EndpointSlice', {
  endpoints: list(2, () => Endpoint).atomic(),
  ports: list(3, () => EndpointSlicePort).atomic(),
  addressType: string(4).required(),
});
export type EndpointSlice = Infer<typeof EndpointSlice>;

export const Endpoint = object('io.k8s.api.discovery.v1.Endpoint', {
  addresses: list(1, string()).required().set(),
  conditions: ref(2, () => EndpointConditions).byValue(),
  hostname: string(3).keepsZero(),
  targetRef: ref(4, () => ObjectReference),
  deprecatedTopology: map(5, string()),
  nodeName: string(6).keepsZero(),
  zone: string(7).keepsZero(),
  hints: ref(8, () => EndpointHints),
});
export type Endpoint = Infer<typeof Endpoint>;

export const EndpointConditions = object('io.k8s.api.discovery.v1.EndpointConditions', {
  ready: boolean(1).keepsZero(),
  serving: boolean(2).keepsZero(),
  terminating: boolean(3).keepsZero(),
});
export type EndpointConditions = Infer<typeof EndpointConditions>;

export const EndpointHints = object('io.k8s.api.discovery.v1.EndpointHints', {
  forZones: list(1, () => ForZone).atomic(),
  forNodes: list(2, () => ForNode).atomic(),
});
export type EndpointHints = Infer<typeof EndpointHints>;

export const EndpointSlicePort = object(
  'io.k8s.api.discovery.v1.EndpointPort',
  {
    name: string(1).keepsZero().default(''),
    protocol: string(2).keepsZero().default('TCP'),
    port: int32(3).keepsZero(),
    appProtocol: string(4).keepsZero(),
  },
  { atomic: true },
);
export type EndpointSlicePort = Infer<typeof EndpointSlicePort>;

export const ForNode = object('io.k8s.api.discovery.v1.ForNode', {
  name: string(1).required(),
});
export type ForNode = Infer<typeof ForNode>;

export const ForZone = object('io.k8s.api.discovery.v1.ForZone', {
  name: string(1).required(),
});
export type ForZone = Infer<typeof ForZone>;

export const endpointSlices: Kind<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  namespaced: true,
  schema: EndpointSlice,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    validate: validateEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('AddressType', 'What kind of addresses it holds.', ({ addressType }) => addressType),
    textColumn('Ports', 'Ports of its endpoints.', ({ ports }) =>
      firstFew(
        (ports ?? []).map(({ name = '', port }) => (port === undefined ? name : String(port))),
        '<unset>',
      ),
    ),
    textColumn('Endpoints', 'Addresses that it holds.', ({ endpoints }) =>
      firstFew(
        (endpoints ?? []).flatMap(({ addresses }) => addresses),
        '<unset>',
      ),
    ),
    ageColumn,
  ],
};
