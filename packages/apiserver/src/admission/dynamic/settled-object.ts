import { badRequest, type KubeObject } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import { applyDefaults, normalize } from '@kajitori/schema';
import { kindOfText } from '../../negotiation/kind-of-text.ts';

/**
 * What code of the tenant made of an object, as decoding it would give it: known fields only, typed values, defaults.
 * @throws StatusError BadRequest when it is no object of its kind any more.
 */
export function settledObject(changed: KubeObject, before: KubeObject, resource: Kind): KubeObject {
  if (changed.kind !== before.kind || changed.apiVersion !== before.apiVersion) {
    throw badRequest(`the kind of an object cannot be changed: it was ${before.apiVersion} ${before.kind}`);
  }
  const kind = before.kind === resource.kind ? resource : kindOfText(`${before.apiVersion}/${before.kind}`);
  if (kind === undefined) return changed;
  const { errors } = normalize(kind.schema.schema, changed, { unknown: 'drop' });
  if (errors.length > 0) throw badRequest(errors.map(({ field, message }) => `${field}: ${message}`).join(', '));
  applyDefaults(kind.schema.schema, changed);
  return changed;
}
