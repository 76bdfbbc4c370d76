import {
  compareQuantities,
  dns1123LabelError,
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  parseQuantity,
  required,
} from '@kajitori/apimachinery';
import { nonNegative } from '../../../meta/numbers.ts';
import { validateClaimSpec } from '../../persistent-volume-claim/validate-claim-spec.ts';
import type { ProjectedVolumeSource, VolumeProjection } from '../projected-volume.ts';
import type { Volume } from '../volume.ts';
import type { DownwardAPIVolumeFile, KeyToPath } from '../volume-items.ts';
import { validateFieldRef, validateResourceFieldRef } from './env.ts';
import { localFilePath, objectName, requiredText, uniqueLabelName, withoutBacksteps } from './names.ts';

type Source = Exclude<keyof Volume, 'name'>;
type Check = (volume: Volume, field: string) => FieldError[];

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

/** Sources with rules of their own; the others are as their schema says. */
const checks: Partial<Record<Source, Check>> = {
  hostPath: ({ hostPath: source }, field) => [
    ...requiredText(`${field}.path`, source?.path),
    ...withoutBacksteps(`${field}.path`, source?.path ?? ''),
    ...(hostPathTypes.includes(source?.type ?? '') ? [] : [notSupported(`${field}.type`, source?.type, hostPathTypes)]),
  ],
  emptyDir: ({ emptyDir: source }, field) => {
    const limit = parseQuantity(source?.sizeLimit ?? '0');
    const zero = { nanos: 0n, format: 'DecimalSI' } as const;
    return limit !== undefined && compareQuantities(limit, zero) < 0
      ? [forbiddenField(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
      : [];
  },
  secret: ({ secret: source }, field) => [
    ...requiredText(`${field}.secretName`, source?.secretName),
    ...mode(`${field}.defaultMode`, source?.defaultMode),
    ...keysToPaths(source?.items, `${field}.items`),
  ],
  configMap: ({ configMap: source }, field) => [
    ...requiredText(`${field}.name`, source?.name),
    ...mode(`${field}.defaultMode`, source?.defaultMode),
    ...keysToPaths(source?.items, `${field}.items`),
  ],
  downwardAPI: ({ downwardAPI: source }, field) => [
    ...mode(`${field}.defaultMode`, source?.defaultMode),
    ...(source?.items ?? []).flatMap((file) => downwardFile(file, field)),
  ],
  projected: ({ projected: source }, field) => (source === undefined ? [] : validateProjected(source, field)),
  persistentVolumeClaim: ({ persistentVolumeClaim: source }, field) => requiredText(`${field}.claimName`, source?.claimName),
  nfs: ({ nfs: source }, field) => [
    ...requiredText(`${field}.server`, source?.server),
    ...requiredText(`${field}.path`, source?.path),
    ...(source?.path !== '' && source?.path.startsWith('/') === false
      ? [invalid(`${field}.path`, source.path, 'must be an absolute path')]
      : []),
  ],
  gitRepo: ({ gitRepo: source }, field) => requiredText(`${field}.repository`, source?.repository),
  csi: ({ csi: source }, field) => requiredText(`${field}.driver`, source?.driver),
  image: ({ image: source }, field) => requiredText(`${field}.reference`, source?.reference),
  ephemeral: ({ ephemeral: source }, field) =>
    source?.volumeClaimTemplate === undefined
      ? [required(`${field}.volumeClaimTemplate`)]
      : validateClaimSpec(source.volumeClaimTemplate.spec, `${field}.volumeClaimTemplate.spec`),
};

/** `names` receives every valid volume's name, for the mounts to refer to. */
export function validateVolumes(volumes: readonly Volume[], names: Set<string>, podName: string | undefined, field: string): FieldError[] {
  return volumes.flatMap((volume, index) => {
    const path = `${field}[${index}]`;
    const errors = validateSource(volume, path);
    if (volume.ephemeral !== undefined && podName !== undefined) {
      const claim = `${podName}-${volume.name}`;
      const wrong = dns1123LabelError(volume.name) === undefined ? objectName(`${path}.name`, claim) : [];
      errors.push(
        ...wrong.map(({ message }) =>
          invalid(`${path}.name`, volume.name, `PVC name "${claim}": ${message.replace(/^Invalid value: "[^"]*": /, '')}`),
        ),
      );
    }
    return [...errors, ...uniqueLabelName(`${path}.name`, volume.name, names)];
  });
}

function validateSource(volume: Volume, path: string): FieldError[] {
  const sources = Object.keys(volume).filter((key): key is Source => key !== 'name' && volume[key as Source] !== undefined);
  const [first, ...more] = sources;
  if (first === undefined) return [required(path, 'must specify a volume type')];
  return [
    ...(checks[first]?.(volume, `${path}.${first}`) ?? []),
    ...more.map((key) => forbiddenField(`${path}.${key}`, 'may not specify more than 1 volume type')),
  ];
}

function mode(field: string, value: number | undefined): FieldError[] {
  return value !== undefined && (value < 0 || value > 0o777)
    ? [invalid(field, value, 'must be a number between 0 and 0777 (octal), both inclusive')]
    : [];
}

function keysToPaths(items: readonly KeyToPath[] | undefined, field: string): FieldError[] {
  return (items ?? []).flatMap((item, index) => keyToPath(item, `${field}[${index}]`));
}

function keyToPath({ key, path, mode: bits }: KeyToPath, field: string): FieldError[] {
  return [...requiredText(`${field}.key`, key), ...localFilePath(`${field}.path`, path), ...mode(`${field}.mode`, bits)];
}

function downwardFile(file: DownwardAPIVolumeFile, field: string): FieldError[] {
  const errors: FieldError[] = [...localFilePath(`${field}.path`, file.path), ...mode(`${field}.mode`, file.mode)];
  if (file.fieldRef !== undefined) {
    errors.push(...validateFieldRef(file.fieldRef, `${field}.fieldRef`, 'volume'));
    if (file.resourceFieldRef !== undefined)
      errors.push(invalid(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (file.resourceFieldRef !== undefined)
    errors.push(...validateResourceFieldRef(file.resourceFieldRef, `${field}.resourceFieldRef`, 'volume'));
  else errors.push(required(field, 'one of fieldRef and resourceFieldRef is required'));
  return errors;
}

function validateProjected(source: ProjectedVolumeSource, field: string): FieldError[] {
  const paths = new Set<string>();
  return [
    ...mode(`${field}.defaultMode`, source.defaultMode),
    ...(source.sources ?? []).flatMap((one, index) =>
      validateProjection(one, `${field}.sources[${index}]`).concat(conflicts(one, field, paths)),
    ),
  ];
}

function validateProjection(one: VolumeProjection, path: string): FieldError[] {
  const kinds = Object.keys(one).filter((key) => one[key as keyof VolumeProjection] !== undefined);
  const errors: FieldError[] = kinds
    .slice(1)
    .map((key) => forbiddenField(`${path}.${key}`, 'may not specify more than 1 volume type per source'));
  if (kinds.length === 0) return [required(path, 'must specify a volume type')];
  if (one.secret !== undefined)
    errors.push(...requiredText(`${path}.secret.name`, one.secret.name), ...keysToPaths(one.secret.items, `${path}.secret.items`));
  if (one.configMap !== undefined)
    errors.push(
      ...requiredText(`${path}.configMap.name`, one.configMap.name),
      ...keysToPaths(one.configMap.items, `${path}.configMap.items`),
    );
  if (one.downwardAPI !== undefined)
    errors.push(...(one.downwardAPI.items ?? []).flatMap((file) => downwardFile(file, `${path}.downwardAPI`)));
  const token = one.serviceAccountToken;
  if (token !== undefined) {
    const seconds = token.expirationSeconds ?? 3600;
    if (seconds < 600)
      errors.push(invalid(`${path}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
    if (seconds > 2 ** 32)
      errors.push(invalid(`${path}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'));
    errors.push(...localFilePath(`${path}.serviceAccountToken.path`, token.path));
  }
  if (one.clusterTrustBundle !== undefined) errors.push(...localFilePath(`${path}.clusterTrustBundle.path`, one.clusterTrustBundle.path));
  if (one.podCertificate !== undefined)
    errors.push(
      ...requiredText(`${path}.podCertificate.signerName`, one.podCertificate.signerName),
      ...nonNegative(`${path}.podCertificate.maxExpirationSeconds`, one.podCertificate.maxExpirationSeconds),
    );
  return errors;
}

/** Two sources cannot write one file. */
function conflicts(one: VolumeProjection, field: string, paths: Set<string>): FieldError[] {
  const items = [...(one.secret?.items ?? []), ...(one.configMap?.items ?? []), ...(one.downwardAPI?.items ?? [])];
  const written = [
    ...items.map(({ path }) => path),
    ...(one.serviceAccountToken === undefined ? [] : [one.serviceAccountToken.path]),
  ].filter((path) => path !== '');
  return written.flatMap((path) => {
    const taken = paths.has(path);
    paths.add(path);
    return taken ? [invalid(field, path, 'conflicting duplicate paths')] : [];
  });
}
