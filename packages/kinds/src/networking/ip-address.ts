import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { nameColumn, textColumn } from '../meta/columns.ts';

export const IPAddress = topLevel('io.k8s.api.networking.v1.IPAddress', {
  spec: ref(2, () => IPAddressSpec)
    .required()
    .always(),
});
export type IPAddress = Infer<typeof IPAddress>;

export const IPAddressSpec = object('io.k8s.api.networking.v1.IPAddressSpec', {
  parentRef: ref(1, () => ParentReference).required(),
});
export type IPAddressSpec = Infer<typeof IPAddressSpec>;

export const ParentReference = object('io.k8s.api.networking.v1.ParentReference', {
  group: string(1),
  resource: string(2).required(),
  namespace: string(3),
  name: string(4).required(),
});
export type ParentReference = Infer<typeof ParentReference>;

export const ipAddresses: Kind<IPAddress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  singular: 'ipaddress',
  shortNames: ['ip'],
  namespaced: false,
  schema: IPAddress,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('ParentRef', 'What holds the address.', ({ spec }) => {
      const { group = '', resource, namespace = '', name } = spec.parentRef;
      return [group === '' ? resource : `${resource}.${group}`, namespace, name].filter((part) => part !== '').join('/');
    }),
  ],
};
