import { dns1035LabelError, dns1123SubdomainError, type FieldError, invalid, notSupported, required } from '@kajitori/apimachinery';
import { objectName } from '../core/pod/validation/names.ts';
import { isIpAddress } from '../core/ip-address.ts';
import { portNameErrors, portNumber } from '../meta/numbers.ts';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule } from './ingress.ts';

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const wildcard = /^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** What would let a path leave where it points to. */
const unsafeSegments = ['//', '/./', '/../', '%2f', '%2F'];

export function validateIngress({ spec }: Ingress): FieldError[] {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  return [
    ...(rules.length === 0 && defaultBackend === undefined
      ? [invalid('spec', rules, 'either `defaultBackend` or `rules` must be specified')]
      : []),
    ...(defaultBackend === undefined ? [] : validateBackend(defaultBackend, 'spec.defaultBackend')),
    ...rules.flatMap((rule, index) => validateRule(rule, `spec.rules[${index}]`)),
    ...tls.flatMap(({ hosts = [], secretName = '' }, index) =>
      hosts
        .flatMap((host, at) => validateHost(host, `spec.tls[${index}].hosts[${at}]`))
        .concat(secretName === '' ? [] : objectName(`spec.tls[${index}].secretName`, secretName)),
    ),
    ...(ingressClassName === undefined ? [] : objectName('spec.ingressClassName', ingressClassName)),
  ];
}

function validateHost(host: string, field: string): FieldError[] {
  if (host.includes('*')) {
    return wildcard.test(host) && host.length <= 253
      ? []
      : [
          invalid(
            field,
            host,
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
          ),
        ];
  }
  const wrong = dns1123SubdomainError(host);
  return wrong === undefined ? [] : [invalid(field, host, wrong)];
}

function validateRule({ host = '', http }: IngressRule, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (host !== '')
    errors.push(
      ...(isIpAddress(host)
        ? [invalid(`${field}.host`, host, 'must be a DNS name, not an IP address')]
        : validateHost(host, `${field}.host`)),
    );
  if (http === undefined) return errors;
  if (http.paths.length === 0) return [...errors, required(`${field}.http.paths`)];
  return [...errors, ...http.paths.flatMap((path, index) => validatePath(path, `${field}.http.paths[${index}]`))];
}

function validatePath({ path = '', pathType, backend }: HTTPIngressPath, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!pathTypes.includes(pathType)) errors.push(notSupported(`${field}.pathType`, pathType, pathTypes));
  else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !path.startsWith('/')) errors.push(invalid(`${field}.path`, path, 'must be an absolute path'));
  } else if (!path.startsWith('/')) errors.push(invalid(`${field}.path`, path, 'must be an absolute path'));
  else {
    for (const part of unsafeSegments) if (path.includes(part)) errors.push(invalid(`${field}.path`, path, `must not contain '${part}'`));
    for (const end of ['/..', '/.']) if (path.endsWith(end)) errors.push(invalid(`${field}.path`, path, `cannot end with '${end}'`));
  }
  return [...errors, ...validateBackend(backend, `${field}.backend`)];
}

function validateBackend({ service, resource }: IngressBackend, field: string): FieldError[] {
  if (service !== undefined && resource !== undefined) return [invalid(field, '', 'cannot set both resource and service backends')];
  if (resource !== undefined)
    return (['kind', 'name'] as const).flatMap((key) => (resource[key] === '' ? [required(`${field}.resource.${key}`)] : []));
  if (service === undefined) return [required(field, 'must specify one of: service, resource')];
  const errors: FieldError[] = [];
  const wrong = dns1035LabelError(service.name);
  if (service.name === '') errors.push(required(`${field}.service.name`));
  else if (wrong !== undefined) errors.push(invalid(`${field}.service.name`, service.name, wrong));
  const { name = '', number = 0 } = service.port ?? {};
  const port = `${field}.service.port`;
  if (name !== '' && number !== 0) errors.push(invalid(port, '', 'cannot set both port name & port number'));
  else if (name !== '') errors.push(...portNameErrors(name).map((detail) => invalid(`${port}.name`, name, detail)));
  else if (number === 0) errors.push(required(port, 'port name or number is required'));
  else errors.push(...portNumber(`${port}.number`, number));
  return errors;
}
