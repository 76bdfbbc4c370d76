import { duplicate, type FieldError, forbiddenField, invalid, notFoundField, notSupported, required } from '@kajitori/apimachinery';
import { inRange, portNameErrors, portNumber } from '../../../meta/numbers.ts';
import type { Container, ContainerPort, EphemeralContainer, VolumeDevice, VolumeMount } from '../container.ts';
import type { PodSpec } from '../pod-spec.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { localDescendingPath, requiredText, uniqueLabelName } from './names.ts';
import { validateLifecycle, validateProbe } from './probes.ts';
import { validateResources } from './resources.ts';
import { validateSecurityContext } from './security-context.ts';

interface Around {
  /** Names of the pod's volumes. */
  volumes: ReadonlySet<string>;
  /** Names of containers seen so far, of all three lists. */
  names: Set<string>;
}

export function validateContainers(spec: PodSpec, around: Around, field: string): FieldError[] {
  if (spec.containers.length === 0) return [required(field)];
  return [
    ...spec.containers.flatMap((container, index) => {
      const path = `${field}[${index}]`;
      return [
        ...validateCommon(container, around, path),
        ...validateLifecycle(container.lifecycle, `${path}.lifecycle`),
        ...(['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((kind) => validateProbe(container[kind], kind, path)),
        ...restartPolicyOf(container, ['Always', 'OnFailure', 'Never'], path),
      ];
    }),
    ...hostPortConflicts(spec.containers, field),
  ];
}

export function validateInitContainers(containers: readonly Container[], around: Around, field: string): FieldError[] {
  return containers.flatMap((container, index) => {
    const path = `${field}[${index}]`;
    const errors = [...validateCommon(container, around, path), ...restartPolicyOf(container, ['Always', 'OnFailure', 'Never'], path)];
    // One that keeps running beside the others (a sidecar) is probed and hooked as they are.
    if (container.restartPolicy === 'Always') {
      errors.push(...validateLifecycle(container.lifecycle, `${path}.lifecycle`));
      for (const kind of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
        errors.push(...validateProbe(container[kind], kind, path));
    } else {
      for (const key of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        if (container[key] !== undefined)
          errors.push(forbiddenField(`${path}.${key}`, 'may not be set for init containers without restartPolicy=Always'));
      }
    }
    return [...errors, ...hostPortConflicts([container], field)];
  });
}

/** Fields that make no sense in a container that is added to a running pod. */
const notForEphemeral = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicyRules',
] as const;

export function validateEphemeralContainers(
  containers: readonly EphemeralContainer[],
  spec: PodSpec,
  around: Around,
  field: string,
): FieldError[] {
  return containers.flatMap((container, index) => {
    const path = `${field}[${index}]`;
    const errors = validateCommon(container, around, path);
    for (const key of notForEphemeral)
      if (container[key] !== undefined) errors.push(forbiddenField(`${path}.${key}`, 'cannot be set for an Ephemeral Container'));
    if (container.restartPolicy !== undefined)
      errors.push(forbiddenField(`${path}.restartPolicy`, 'cannot be set for an Ephemeral Container'));
    if (Object.keys(container.resources ?? {}).length > 0)
      errors.push(forbiddenField(`${path}.resources`, 'cannot be set for an Ephemeral Container'));
    const target = container.targetContainerName ?? '';
    const known = [...spec.containers, ...(spec.initContainers ?? [])].some(({ name }) => name === target);
    if (target !== '' && !known) errors.push(notFoundField(`${path}.targetContainerName`, target));
    return errors;
  });
}

function restartPolicyOf(container: Container, allowed: readonly string[], path: string): FieldError[] {
  const policy = container.restartPolicy;
  const errors = policy !== undefined && !allowed.includes(policy) ? [notSupported(`${path}.restartPolicy`, policy, allowed)] : [];
  const rules = container.restartPolicyRules ?? [];
  if (rules.length > 20)
    errors.push({
      reason: 'FieldValueTooMany',
      field: `${path}.restartPolicyRules`,
      message: `Too many: ${rules.length}: must have at most 20 items`,
    });
  if (rules.length > 0 && policy === undefined)
    errors.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
  return errors;
}

function validateCommon(container: Container, { volumes, names }: Around, path: string): FieldError[] {
  const image = container.image ?? '';
  return [
    ...uniqueLabelName(`${path}.name`, container.name, names),
    ...requiredText(`${path}.image`, image),
    ...(image !== image.trim() ? [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')] : []),
    ...validatePorts(container.ports ?? [], `${path}.ports`),
    ...validateEnv(container.env ?? [], `${path}.env`),
    ...validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`),
    ...validateMounts(container, volumes, `${path}.volumeMounts`),
    ...validateDevices(container.volumeDevices ?? [], container.volumeMounts ?? [], volumes, `${path}.volumeDevices`),
    ...validateResources(container.resources, `${path}.resources`),
    ...validateSecurityContext(container.securityContext, `${path}.securityContext`),
  ];
}

function validatePorts(ports: readonly ContainerPort[], field: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap(({ name = '', containerPort, hostPort = 0 }, index) => {
    const path = `${field}[${index}]`;
    const errors: FieldError[] = [];
    if (name !== '') {
      const wrong = portNameErrors(name);
      errors.push(...wrong.map((detail) => invalid(`${path}.name`, name, detail)));
      if (wrong.length === 0 && names.has(name)) errors.push(duplicate(`${path}.name`, name));
      names.add(name);
    }
    if (containerPort === 0) errors.push(required(`${path}.containerPort`));
    else errors.push(...portNumber(`${path}.containerPort`, containerPort));
    return hostPort === 0 ? errors : [...errors, ...inRange(`${path}.hostPort`, hostPort, 1, 65_535)];
  });
}

function hostPortConflicts(containers: readonly Container[], field: string): FieldError[] {
  const taken = new Set<string>();
  return containers.flatMap((container, at) =>
    (container.ports ?? []).flatMap(({ hostPort = 0, hostIP = '', protocol = 'TCP' }, index) => {
      if (hostPort === 0) return [];
      const key = `${protocol}/${hostIP}/${hostPort}`;
      const conflict = taken.has(key);
      taken.add(key);
      return conflict ? [duplicate(`${field}[${at}].ports[${index}].hostPort`, key)] : [];
    }),
  );
}

function validateMounts(container: Container, volumes: ReadonlySet<string>, field: string): FieldError[] {
  const paths = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const path = `${field}[${index}]`;
    const errors: FieldError[] = [];
    if (mount.name === '') errors.push(required(`${path}.name`));
    else if (!volumes.has(mount.name)) errors.push(notFoundField(`${path}.name`, mount.name));
    if (mount.mountPath === '') errors.push(required(`${path}.mountPath`));
    else if (paths.has(mount.mountPath)) errors.push(invalid(`${path}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    return errors.concat(mountDetails(mount, container, path));
  });
}

function mountDetails(mount: VolumeMount, container: Container, path: string): FieldError[] {
  const { subPath = '', subPathExpr = '', mountPropagation, recursiveReadOnly } = mount;
  const errors: FieldError[] = [];
  if (subPath !== '') errors.push(...localDescendingPath(`${path}.subPath`, subPath));
  if (subPathExpr !== '') {
    if (subPath !== '') errors.push(invalid(`${path}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
    errors.push(...localDescendingPath(`${path}.subPathExpr`, subPathExpr));
  }
  if (mountPropagation !== undefined) {
    const modes = ['Bidirectional', 'HostToContainer', 'None'];
    if (!modes.includes(mountPropagation)) errors.push(notSupported(`${path}.mountPropagation`, mountPropagation, modes));
    if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
      errors.push(forbiddenField(`${path}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers'));
    }
  }
  if (recursiveReadOnly !== undefined && recursiveReadOnly !== 'Disabled' && mount.readOnly !== true) {
    errors.push(forbiddenField(`${path}.recursiveReadOnly`, 'may only be specified when readOnly is true'));
  }
  return errors;
}

function validateDevices(
  devices: readonly VolumeDevice[],
  mounts: readonly VolumeMount[],
  volumes: ReadonlySet<string>,
  field: string,
): FieldError[] {
  return devices.flatMap(({ name, devicePath }, index) => {
    const path = `${field}[${index}]`;
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${path}.name`));
    else if (!volumes.has(name)) errors.push(notFoundField(`${path}.name`, name));
    else if (mounts.some((mount) => mount.name === name))
      errors.push(invalid(`${path}.name`, name, 'must not already exist in volumeMounts'));
    if (devicePath === '') errors.push(required(`${path}.devicePath`));
    else if (devices.findIndex((other) => other.devicePath === devicePath) < index)
      errors.push(invalid(`${path}.devicePath`, devicePath, 'must be unique'));
    return errors;
  });
}
