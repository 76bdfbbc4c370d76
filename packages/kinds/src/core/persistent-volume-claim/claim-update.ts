import { compareQuantities, type FieldError, forbiddenField, parseQuantity } from '@kajitori/apimachinery';
import { sameValue } from '../../meta/immutable.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from './persistent-volume-claim.ts';

const onlyGrowth = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

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
    errors.push(forbiddenField('spec', onlyGrowth));
  }
  const [now, before, held] = [amount(spec.resources?.requests), amount(old.resources?.requests), amount(status?.capacity)];
  if (now === undefined || before === undefined) return errors;
  // A request that was too large may come down again, but not below what there is.
  if (held !== undefined && compareQuantities(now, held) < 0)
    errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  if (compareQuantities(now, before) !== 0 && status?.phase !== 'Bound') errors.push(forbiddenField('spec', onlyGrowth));
  return errors;
}

function amount(list: Readonly<Record<string, string>> | undefined): ReturnType<typeof parseQuantity> {
  const text = list?.['storage'];
  return text === undefined ? undefined : parseQuantity(text);
}
