import {
  dns1123LabelError,
  dns1123SubdomainError,
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  qualifiedNameError,
  required,
} from '@kajitori/apimachinery';
import { inRange } from '../../../meta/numbers.ts';
import { validateLabels } from '../../../meta/validate-labels.ts';
import { isIpAddress } from '../../ip-address.ts';
import type { HostAlias, PodSpec } from '../pod-spec.ts';
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './containers.ts';
import { validateResources } from './resources.ts';
import { validateAffinity, validateTolerations, validateTopologySpread } from './scheduling.ts';
import { validatePodSecurityContext } from './security-context.ts';
import { validateVolumes } from './volumes.ts';

/**
 * Everything that is wrong with a pod's spec beyond its schema. The spec carries its defaults. `field` is where it
 * stands: `spec` of a pod, `spec.template.spec` of a workload. `podName` is known for pods only.
 */
export function validatePodSpec(spec: PodSpec, field: string, podName?: string): FieldError[] {
  const volumes = new Set<string>();
  const around = { volumes, names: new Set<string>() };
  return [
    ...validateVolumes(spec.volumes ?? [], volumes, podName, `${field}.volumes`),
    ...validateContainers(spec, around, `${field}.containers`),
    ...validateInitContainers(spec.initContainers ?? [], around, `${field}.initContainers`),
    ...validateEphemeralContainers(spec.ephemeralContainers ?? [], spec, around, `${field}.ephemeralContainers`),
    ...validateResources(spec.resources, `${field}.resources`),
    ...hostNetworkPorts(spec, field),
    ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`),
    ...validatePodSecurityContext(spec.securityContext, `${field}.securityContext`),
    ...validateAffinity(spec.affinity, `${field}.affinity`),
    ...validateTolerations(spec.tolerations ?? [], `${field}.tolerations`),
    ...validateTopologySpread(spec.topologySpreadConstraints ?? [], `${field}.topologySpreadConstraints`),
    ...validateNames(spec, field),
    ...validateNetworking(spec, field),
    ...validateLists(spec, field),
    ...(spec.activeDeadlineSeconds === undefined
      ? []
      : inRange(`${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 1, 2_147_483_647)),
  ];
}

function hostNetworkPorts(spec: PodSpec, field: string): FieldError[] {
  if (spec.hostNetwork !== true) return [];
  const lists = [['containers', spec.containers] as const, ['initContainers', spec.initContainers ?? []] as const];
  return lists.flatMap(([list, containers]) =>
    containers.flatMap((container, at) =>
      (container.ports ?? []).flatMap(({ containerPort, hostPort = 0 }, index) =>
        hostPort === containerPort
          ? []
          : [
              invalid(
                `${field}.${list}[${at}].ports[${index}].containerPort`,
                containerPort,
                'must match `hostPort` when `hostNetwork` is true',
              ),
            ],
      ),
    ),
  );
}

function named(field: string, value: string | undefined, check: (name: string) => string | undefined): FieldError[] {
  const wrong = value === undefined || value === '' ? undefined : check(value);
  return wrong === undefined ? [] : [invalid(field, value, wrong)];
}

function validateNames(spec: PodSpec, field: string): FieldError[] {
  return [
    ...named(`${field}.serviceAccountName`, spec.serviceAccountName, dns1123SubdomainError),
    ...named(`${field}.nodeName`, spec.nodeName, dns1123SubdomainError),
    ...named(`${field}.hostname`, spec.hostname, dns1123LabelError),
    ...named(`${field}.subdomain`, spec.subdomain, dns1123LabelError),
    ...named(`${field}.priorityClassName`, spec.priorityClassName, dns1123SubdomainError),
    ...named(`${field}.runtimeClassName`, spec.runtimeClassName, dns1123SubdomainError),
    ...named(`${field}.schedulerName`, spec.schedulerName, qualifiedNameError),
    ...(spec.os === undefined || ['linux', 'windows'].includes(spec.os.name)
      ? []
      : [notSupported(`${field}.os.name`, spec.os.name, ['linux', 'windows'])]),
  ];
}

function validateHostAlias({ ip, hostnames = [] }: HostAlias, path: string): FieldError[] {
  return [
    ...(isIpAddress(ip) ? [] : [invalid(`${path}.ip`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]),
    ...hostnames.flatMap((name) => named(`${path}.hostnames`, name, dns1123SubdomainError)),
  ];
}

function validateNetworking(spec: PodSpec, field: string): FieldError[] {
  const errors = (spec.hostAliases ?? []).flatMap((alias, index) => validateHostAlias(alias, `${field}.hostAliases[${index}]`));
  return [...errors, ...validateDns(spec, field)];
}

const nameserversMax = 3;
const searchesMax = 32;
const searchCharactersMax = 2048;

function validateDns({ dnsPolicy, dnsConfig }: PodSpec, field: string): FieldError[] {
  const servers = dnsConfig?.nameservers ?? [];
  const searches = dnsConfig?.searches ?? [];
  const path = `${field}.dnsConfig`;
  const errors: FieldError[] = [];
  if (dnsPolicy === 'None') {
    if (dnsConfig === undefined) return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (servers.length === 0) return [required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  }
  if (servers.length > nameserversMax)
    errors.push(invalid(`${path}.nameservers`, servers, `must not have more than ${nameserversMax} nameservers`));
  for (const [index, server] of servers.entries()) {
    if (!isIpAddress(server))
      errors.push(invalid(`${path}.nameservers[${index}]`, server, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
  }
  if (searches.length > searchesMax)
    errors.push(invalid(`${path}.searches`, searches, `must not have more than ${searchesMax} search paths`));
  if (searches.join(' ').length > searchCharactersMax) {
    errors.push(
      invalid(
        `${path}.searches`,
        searches,
        `must not have more than ${searchCharactersMax} characters (including spaces) in the search list`,
      ),
    );
  }
  for (const [index, search] of searches.entries()) {
    errors.push(
      ...named(`${path}.searches[${index}]`, search === '.' ? '' : search.replace(/\.$/, '').replaceAll('_', '-'), dns1123SubdomainError),
    );
  }
  for (const [index, option] of (dnsConfig?.options ?? []).entries())
    if ((option.name ?? '') === '') errors.push(required(`${path}.options[${index}]`, 'must not be empty'));
  return errors;
}

function validateLists(spec: PodSpec, field: string): FieldError[] {
  const gates = spec.schedulingGates ?? [];
  const gateNames = new Set<string>();
  return [
    ...(spec.readinessGates ?? []).flatMap(({ conditionType }, index) =>
      named(`${field}.readinessGates[${index}].conditionType`, conditionType, qualifiedNameError),
    ),
    ...gates.flatMap(({ name }, index) => {
      const path = `${field}.schedulingGates[${index}]`;
      const wrong = qualifiedNameError(name);
      const repeated = gateNames.has(name);
      gateNames.add(name);
      return [...(wrong === undefined ? [] : [invalid(path, name, wrong)]), ...(repeated ? [duplicate(path, name)] : [])];
    }),
    ...(gates.length > 0 && (spec.nodeName ?? '') !== ''
      ? [forbiddenField(`${field}.nodeName`, 'cannot be set until all schedulingGates have been cleared')]
      : []),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, index) =>
      (name ?? '') === '' ? [required(`${field}.imagePullSecrets[${index}].name`)] : [],
    ),
  ];
}
