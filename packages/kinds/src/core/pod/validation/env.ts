import { type FieldError, invalid, notSupported, required } from '@kajitori/apimachinery';
import type { EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector, ResourceFieldSelector } from '../env.ts';
import { configMapKeyErrors, envNameErrors, localFilePath, objectName, requiredText } from './names.ts';

/** What the downward API may say through environment variables. */
const envFieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** What it may say through files. */
const volumeFieldPaths = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const subscripted = /^metadata\.(annotations|labels)\['(.*)'\]$/;
const knownFieldPaths: ReadonlySet<string> = new Set([
  ...envFieldPaths,
  ...volumeFieldPaths,
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.hostNetwork',
  'status.phase',
  'status.nominatedNodeName',
]);
const containerResources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];

export function validateEnv(env: readonly EnvVar[], field: string): FieldError[] {
  return env.flatMap((one, index) => {
    const path = `${field}[${index}]`;
    return [
      ...(one.name === ''
        ? [required(`${path}.name`)]
        : envNameErrors(one.name).map((detail) => invalid(`${path}.name`, one.name, detail))),
      ...(one.valueFrom === undefined ? [] : validateEnvSource(one.valueFrom, one.value ?? '', `${path}.valueFrom`)),
    ];
  });
}

function validateEnvSource(source: EnvVarSource, value: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef !== undefined) errors.push(...validateFieldRef(fieldRef, `${field}.fieldRef`, 'env'));
  if (resourceFieldRef !== undefined) errors.push(...validateResourceFieldRef(resourceFieldRef, `${field}.resourceFieldRef`, 'env'));
  if (configMapKeyRef !== undefined) errors.push(...validateKeySelector(configMapKeyRef, `${field}.configMapKeyRef`));
  if (secretKeyRef !== undefined) errors.push(...validateKeySelector(secretKeyRef, `${field}.secretKeyRef`));
  if (fileKeyRef !== undefined) {
    errors.push(
      ...requiredText(`${field}.fileKeyRef.volumeName`, fileKeyRef.volumeName),
      ...requiredText(`${field}.fileKeyRef.key`, fileKeyRef.key),
      ...localFilePath(`${field}.fileKeyRef.path`, fileKeyRef.path),
    );
  }
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter((one) => one !== undefined).length;
  if (count === 0)
    errors.push(
      invalid(field, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'),
    );
  else if (value !== '') errors.push(invalid(field, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) errors.push(invalid(field, '', 'may not have more than one field specified at a time'));
  return errors;
}

function validateKeySelector(selector: { name?: string; key: string }, field: string): FieldError[] {
  return [
    ...objectName(`${field}.name`, selector.name),
    ...(selector.key === ''
      ? [required(`${field}.key`)]
      : configMapKeyErrors(selector.key).map((detail) => invalid(`${field}.key`, selector.key, detail))),
  ];
}

export function validateFieldRef(ref: ObjectFieldSelector, field: string, use: 'env' | 'volume'): FieldError[] {
  if (ref.apiVersion === '') return [required(`${field}.apiVersion`)];
  if (ref.fieldPath === '') return [required(`${field}.fieldPath`)];
  const path = `${field}.fieldPath`;
  if (subscripted.test(ref.fieldPath)) return [];
  if (!knownFieldPaths.has(ref.fieldPath)) {
    return [invalid(path, ref.fieldPath, `error converting fieldPath: field label not supported: ${ref.fieldPath}`)];
  }
  const allowed = use === 'env' ? envFieldPaths : volumeFieldPaths;
  return allowed.includes(ref.fieldPath) ? [] : [notSupported(path, ref.fieldPath, allowed)];
}

export function validateResourceFieldRef(ref: ResourceFieldSelector, field: string, use: 'env' | 'volume'): FieldError[] {
  if (use === 'volume' && (ref.containerName ?? '') === '') return [required(`${field}.containerName`)];
  if (ref.resource === '') return [required(`${field}.resource`)];
  const hugePages = /^(limits|requests)\.hugepages-/.test(ref.resource);
  return hugePages || containerResources.includes(ref.resource)
    ? []
    : [notSupported(`${field}.resource`, ref.resource, containerResources)];
}

export function validateEnvFrom(sources: readonly EnvFromSource[], field: string): FieldError[] {
  return sources.flatMap(({ prefix = '', configMapRef, secretRef }, index) => {
    const path = `${field}[${index}]`;
    const errors = prefix === '' ? [] : envNameErrors(prefix).map((detail) => invalid(`${path}.prefix`, prefix, detail));
    if (configMapRef !== undefined) errors.push(...objectName(`${path}.configMapRef.name`, configMapRef.name));
    if (secretRef !== undefined) errors.push(...objectName(`${path}.secretRef.name`, secretRef.name));
    if (configMapRef === undefined && secretRef === undefined)
      errors.push(invalid(field, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (configMapRef !== undefined && secretRef !== undefined)
      errors.push(invalid(field, '', 'may not have more than one field specified at a time'));
    return errors;
  });
}
