import { type FieldError, forbiddenField, invalid, notSupported, parseQuantity, required } from '@kajitori/apimachinery';
import { validateLabelSelector } from '../../meta/validate-labels.ts';
import { objectName } from '../pod/validation/names.ts';
import type { PersistentVolumeClaimSpec } from './persistent-volume-claim.ts';

export const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function validateClaimSpec(spec: PersistentVolumeClaimSpec, field: string): FieldError[] {
  const modes = spec.accessModes ?? [];
  const errors: FieldError[] =
    modes.length === 0
      ? [required(`${field}.accessModes`, 'at least 1 access mode is required')]
      : validateAccessModes(modes, `${field}.accessModes`);
  errors.push(...validateLabelSelector(spec.selector, `${field}.selector`));
  const storage = spec.resources?.requests?.storage;
  if (storage === undefined) errors.push(required(`${field}.resources[storage]`));
  else if ((parseQuantity(storage)?.nanos ?? 0n) <= 0n)
    errors.push(invalid(`${field}.resources[storage]`, storage, 'must be greater than zero'));
  if (spec.storageClassName !== undefined && spec.storageClassName !== '')
    errors.push(...objectName(`${field}.storageClassName`, spec.storageClassName));
  if (spec.volumeMode !== undefined && !['Block', 'Filesystem'].includes(spec.volumeMode))
    errors.push(notSupported(`${field}.volumeMode`, spec.volumeMode, ['Block', 'Filesystem']));
  return errors;
}

export function validateAccessModes(modes: readonly string[], field: string): FieldError[] {
  const errors: FieldError[] = modes.filter((mode) => !accessModes.includes(mode)).map((mode) => notSupported(field, mode, accessModes));
  if (modes.includes('ReadWriteOncePod') && modes.length > 1)
    errors.push(forbiddenField(field, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}
