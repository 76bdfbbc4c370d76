import { compareQuantities, type FieldError, forbiddenField, parseQuantity } from '@kajitori/apimachinery';
import { sameValue } from '../../meta/immutable.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from './persistent-volume-claim.ts';

/** A claim may be bound and may grow; all else is fixed. */
export function validateClaimUpdate({ spec, status }: PersistentVolumeClaim, { spec: old }: PersistentVolumeClaim): FieldError[] {
  const fixed = (one: PersistentVolumeClaimSpec): unknown =>
    JSON.parse(
      JSON.stringify({
        ...one,
        resources: undefined,
        volumeAttributesClassName: undefined,
        // The binder fills in the volume, and defaulting the class, once.
        volumeName: (old.volumeName ?? '') === '' ? undefined : one.volumeName,
        storageClassName: old.storageClassName === undefined ? undefined : one.storageClassName,
      }),
    );
  const errors: FieldError[] = [];
  if (!sameValue(fixed(spec), fixed(old))) {
    errors.push(
      forbiddenField('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'),
    );
  }
  const [now, before] = [amount(spec), amount(old)];
  if (now !== undefined && before !== undefined) {
    const order = compareQuantities(now, before);
    if (order < 0) errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
    if (order > 0 && status?.phase !== 'Bound')
      errors.push(
        forbiddenField('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'),
      );
  }
  return errors;
}

function amount({ resources }: PersistentVolumeClaimSpec): ReturnType<typeof parseQuantity> {
  const text = resources?.requests?.['storage'];
  return text === undefined ? undefined : parseQuantity(text);
}
