import type { FieldError, KubeObject } from '@kajitori/apimachinery';
import type { Kind } from './kind.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from './meta/validate-object-meta.ts';

/**
 * What is wrong with an object beyond its schema: metadata first, then the kind's own rules. The object has passed its
 * schema and carries its defaults; required fields are there. These are the calls that the API server makes.
 */
export function validateCreate<T extends KubeObject>(kind: Kind<T>, object: T): FieldError[] {
  return [...metadataErrors(kind, object), ...(kind.strategy.validate?.(object) ?? [])];
}

export function validateUpdate<T extends KubeObject>(kind: Kind<T>, object: T, old: T): FieldError[] {
  const meta = validateObjectMetaUpdate(object.metadata, old.metadata, { plainFinalizers: takesPlainFinalizers(kind) });
  return [...meta, ...(kind.strategy.validate?.(object) ?? []), ...(kind.strategy.validateUpdate?.(object, old) ?? [])];
}

/** Writes through `status`: the spec is the stored one, so only metadata and status can be wrong. */
export function validateStatusUpdate<T extends KubeObject>(kind: Kind<T>, object: T, old: T): FieldError[] {
  const meta = validateObjectMetaUpdate(object.metadata, old.metadata, { plainFinalizers: takesPlainFinalizers(kind) });
  return [...meta, ...(kind.strategy.validateStatusUpdate?.(object, old) ?? [])];
}

function metadataErrors<T extends KubeObject>(kind: Kind<T>, object: T): FieldError[] {
  return validateObjectMeta(object.metadata, {
    namespaced: kind.namespaced,
    nameError: (name) => kind.strategy.nameError(name),
    plainFinalizers: takesPlainFinalizers(kind),
  });
}

function takesPlainFinalizers<T extends KubeObject>({ custom, group }: Kind<T>): boolean {
  return custom !== undefined || group === 'apiextensions.k8s.io';
}
