import { type FieldError, forbiddenField, invalid, notSupported, parseQuantity, required } from '@kajitori/apimachinery';
import { immutableField, sameValue } from '../../meta/immutable.ts';
import { validateNodeSelector } from '../pod/validation/scheduling.ts';
import { validateAccessModes } from '../persistent-volume-claim/validate-claim-spec.ts';
import type { PersistentVolume, PersistentVolumeSpec } from './persistent-volume.ts';

/** Fields of the spec that are no source. */
const common: ReadonlySet<string> = new Set([
  'capacity',
  'accessModes',
  'claimRef',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'mountOptions',
  'volumeMode',
  'nodeAffinity',
  'volumeAttributesClassName',
]);

function sourcesOf(spec: PersistentVolumeSpec): [string, unknown][] {
  return Object.entries(spec).filter(([key, value]) => !common.has(key) && value !== undefined);
}

export function validatePersistentVolume({ spec }: PersistentVolume): FieldError[] {
  const errors: FieldError[] =
    (spec.accessModes ?? []).length === 0
      ? [required('spec.accessModes')]
      : validateAccessModes(spec.accessModes ?? [], 'spec.accessModes');
  const storage = spec.capacity?.['storage'];
  if (Object.keys(spec.capacity ?? {}).length === 0) errors.push(required('spec.capacity'));
  else if (storage === undefined || Object.keys(spec.capacity ?? {}).length > 1)
    errors.push(notSupported('spec.capacity', spec.capacity, ['storage']));
  else if ((parseQuantity(storage)?.nanos ?? 0n) <= 0n)
    errors.push(invalid('spec.capacity[storage]', storage, 'must be greater than zero'));
  const [first, ...more] = sourcesOf(spec);
  if (first === undefined) errors.push(required('spec', 'must specify a volume type'));
  errors.push(...more.map(([source]) => forbiddenField(`spec.${source}`, 'may not specify more than 1 volume type')));
  if (spec.hostPath?.path === '/' && spec.persistentVolumeReclaimPolicy === 'Recycle')
    errors.push(forbiddenField('spec.hostPath', "may not be '/' for a reclaim policy of Recycle"));
  if (spec.local !== undefined && spec.nodeAffinity === undefined)
    errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  if (spec.nodeAffinity?.required !== undefined)
    errors.push(...validateNodeSelector(spec.nodeAffinity.required, 'spec.nodeAffinity.required'));
  if (spec.volumeMode !== undefined && !['Block', 'Filesystem'].includes(spec.volumeMode))
    errors.push(notSupported('spec.volumeMode', spec.volumeMode, ['Block', 'Filesystem']));
  return errors;
}

export function validatePersistentVolumeUpdate({ spec }: PersistentVolume, { spec: old }: PersistentVolume): FieldError[] {
  const source = Object.fromEntries(sourcesOf(spec));
  const before = Object.fromEntries(sourcesOf(old));
  const changed = sameValue(source, before)
    ? []
    : [forbiddenField('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')];
  return [...changed, ...immutableField('spec.volumeMode', spec.volumeMode, old.volumeMode)];
}
