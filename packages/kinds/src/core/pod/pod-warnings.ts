import type { Container } from './container.ts';
import type { PodSpec, PodTemplateSpec } from './pod-spec.ts';

const deprecatedNodeLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'use "kubernetes.io/os" instead',
  'beta.kubernetes.io/instance-type': 'use "node.kubernetes.io/instance-type" instead',
  'failure-domain.beta.kubernetes.io/region': 'use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'use "topology.kubernetes.io/zone" instead',
};

const deprecatedVolumes: Readonly<Record<string, string>> = {
  gcePersistentDisk: 'deprecated in v1.17, unavailable in v1.28+',
  awsElasticBlockStore: 'deprecated in v1.17, unavailable in v1.27+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  glusterfs: 'deprecated in v1.25, this feature will be removed in v1.26 (internal)',
  storageos: 'deprecated in v1.22, nonfunctional in v1.25+',
  quobyte: 'deprecated in v1.22, nonfunctional in v1.25+',
  flocker: 'deprecated in v1.22, nonfunctional in v1.25+',
  photonPersistentDisk: 'deprecated in v1.11, nonfunctional in v1.16+',
  scaleIO: 'deprecated in v1.16, nonfunctional in v1.22+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

const deprecatedAnnotations: readonly [prefix: string, advice: string][] = [
  ['seccomp.security.alpha.kubernetes.io/pod', 'non-functional in v1.27+; use the "seccompProfile" field instead'],
  ['container.seccomp.security.alpha.kubernetes.io/', 'non-functional in v1.27+; use the "seccompProfile" field instead'],
  ['container.apparmor.security.beta.kubernetes.io/', 'deprecated since v1.30; use the "appArmorProfile" field instead'],
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
];

/** Warnings about a pod or a template, which stands at `path` (empty for a pod itself). */
export function podWarnings({ metadata, spec }: PodTemplateSpec, path: string): string[] {
  const at = path === '' ? '' : `${path}.`;
  const annotations = Object.keys(metadata?.annotations ?? {}).flatMap((key) =>
    deprecatedAnnotations.filter(([prefix]) => key.startsWith(prefix)).map(([, advice]) => `${at}metadata.annotations[${key}]: ${advice}`),
  );
  return annotations.concat(podSpecWarnings(spec, `${at}spec`));
}

/** Accepted, but probably not what was meant. `field` is where the spec stands. */
function podSpecWarnings(spec: PodSpec, field: string): string[] {
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((key) => deprecatedLabel(key, `${field}.nodeSelector[${key}]`)),
    ...(spec.volumes ?? []).flatMap((volume, index) =>
      Object.keys(volume).flatMap((key) =>
        Object.hasOwn(deprecatedVolumes, key) ? [`${field}.volumes[${index}].${key}: ${deprecatedVolumes[key]}`] : [],
      ),
    ),
    ...repeatedNames(spec.imagePullSecrets ?? [], (index) => `${field}.imagePullSecrets[${index}].name`),
    ...(['initContainers', 'containers'] as const).flatMap((list) =>
      (spec[list] ?? []).flatMap((container, index) => containerWarnings(container, `${field}.${list}[${index}]`)),
    ),
    ...portWarnings(spec, field),
    ...(spec.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0
      ? [`${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
  ];
}

function deprecatedLabel(key: string, field: string): string[] {
  return Object.hasOwn(deprecatedNodeLabels, key) ? [`${field}: deprecated since v1.14; ${deprecatedNodeLabels[key]}`] : [];
}

function repeatedNames(list: readonly { name?: string }[], path: (index: number) => string): string[] {
  const seen = new Set<string>();
  return list.flatMap(({ name = '' }, index) => {
    if (name === '') return [`${path(index)}: invalid empty name ""`];
    return addNew(seen, name) ? [] : [`${path(index)}: duplicate name "${name}"`];
  });
}

/** Whether it was not there yet. */
function addNew(seen: Set<string>, name: string): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  return true;
}

function containerWarnings(container: Container, path: string): string[] {
  const env = container.env ?? [];
  const fractional = (['limits', 'requests'] as const).flatMap((list) =>
    Object.entries(container.resources?.[list] ?? {})
      .filter(
        ([name, value]) =>
          (name === 'memory' || name === 'ephemeral-storage') && value.endsWith('m') && Number(value.slice(0, -1)) % 1000 !== 0,
      )
      .map(([name, value]) => `${path}.resources.${list}[${name}]: fractional byte value "${value}" is invalid, must be an integer`),
  );
  const defined = new Set<string>();
  const hidden = env.flatMap(({ name, value }, index) =>
    // A later definition hides an earlier one, unless it builds on it.
    !addNew(defined, name) && value?.includes(`$(${name})`) !== true
      ? [`${path}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`]
      : [],
  );
  return [...fractional, ...hidden];
}

/** Two containers of a pod share one network: the second to bind a port fails. */
function portWarnings(spec: PodSpec, field: string): string[] {
  const seen = new Map<string, string>();
  return spec.containers.flatMap((container, at) =>
    (container.ports ?? []).flatMap(({ containerPort, protocol = 'TCP' }, index) => {
      const path = `${field}.containers[${at}].ports[${index}]`;
      const key = `${containerPort}/${protocol}`;
      const before = seen.get(key);
      seen.set(key, before ?? path);
      return before === undefined ? [] : [`${path}: duplicate port definition with ${before}`];
    }),
  );
}
