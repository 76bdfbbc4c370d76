import { dns1123LabelError, duplicate, type FieldError, invalid, notSupported, required, tooMany } from '@kajitori/apimachinery';
import { ipFamilyOf, isIpAddress } from '../core/ip-address.ts';
import { immutableField } from '../meta/immutable.ts';
import type { Endpoint, EndpointSlice } from './endpoint-slice.ts';

const endpointsMax = 1000;
const portsMax = 20_000;
const addressesMax = 100;
const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

export function validateEndpointSlice({ addressType, endpoints = [], ports = [] }: EndpointSlice): FieldError[] {
  const names = new Set<string>();
  return [
    ...(addressTypes.includes(addressType) ? [] : [notSupported('addressType', addressType, addressTypes)]),
    ...(endpoints.length > endpointsMax ? [tooMany('endpoints', endpoints.length, endpointsMax)] : []),
    ...endpoints.slice(0, endpointsMax).flatMap((endpoint, index) => validateEndpoint(endpoint, addressType, `endpoints[${index}]`)),
    ...(ports.length > portsMax ? [tooMany('ports', ports.length, portsMax)] : []),
    ...ports.flatMap(({ name = '', protocol = 'TCP' }, index) => {
      const errors: FieldError[] = [];
      const wrong = name === '' ? undefined : dns1123LabelError(name);
      if (wrong !== undefined) errors.push(invalid(`ports[${index}].name`, name, wrong));
      if (names.has(name)) errors.push(duplicate(`ports[${index}].name`, name));
      names.add(name);
      return ['SCTP', 'TCP', 'UDP'].includes(protocol)
        ? errors
        : errors.concat(notSupported(`ports[${index}].protocol`, protocol, ['SCTP', 'TCP', 'UDP']));
    }),
  ];
}

function validateEndpoint({ addresses }: Endpoint, type: string, field: string): FieldError[] {
  if (addresses.length === 0) return [required(`${field}.addresses`, 'must contain at least 1 address')];
  if (addresses.length > addressesMax) return [tooMany(`${field}.addresses`, addresses.length, addressesMax)];
  if (type === 'FQDN') return [];
  return addresses.flatMap((address, index) =>
    isIpAddress(address) && ipFamilyOf(address) === type
      ? []
      : [invalid(`${field}.addresses[${index}]`, address, `must be an ${type} address`)],
  );
}

export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice): FieldError[] {
  return immutableField('addressType', slice.addressType, old.addressType);
}
