import { type FieldError, invalidObject, type KubeObject } from '@kajitori/apimachinery';
import { applyDefaults, validate } from '@kajitori/schema';
import { validateObjectMeta, validateObjectMetaUpdate } from '@kajitori/kinds';
import type { Call } from '../call.ts';

/** Fills what the schema and the kind default. */
export function fillDefaults({ kind }: Call, draft: KubeObject): void {
  applyDefaults(kind.schema.schema, draft);
  kind.strategy.defaults?.(draft);
}

/** @throws StatusError Invalid with every cause. */
export function checkNew({ kind, warnings }: Call, object: KubeObject): void {
  const { strategy } = kind;
  refuse(kind, object, [
    ...validateObjectMeta(object.metadata, { namespaced: kind.namespaced, nameError: strategy.nameError }),
    ...validate(kind.schema.schema, object),
    ...(strategy.validate?.(object) ?? []),
  ]);
  warnings.push(...(strategy.warnings?.(object, undefined) ?? []));
}

/** @throws StatusError Invalid with every cause. */
export function checkUpdate({ kind, subresource, warnings }: Call, object: KubeObject, old: KubeObject): void {
  const { strategy } = kind;
  const errors = [
    ...validateObjectMeta(object.metadata, { namespaced: kind.namespaced, nameError: strategy.nameError }),
    ...validateObjectMetaUpdate(object.metadata, old.metadata),
    ...validate(kind.schema.schema, object),
  ];
  if (subresource === 'status') errors.push(...(strategy.validateStatusUpdate?.(object, old) ?? []));
  else errors.push(...(strategy.validate?.(object) ?? []), ...(strategy.validateUpdate?.(object, old) ?? []));
  refuse(kind, object, errors);
  warnings.push(...(strategy.warnings?.(object, old) ?? []));
}

function refuse(kind: Call['kind'], object: KubeObject, errors: FieldError[]): void {
  if (errors.length === 0) return;
  const seen = new Set<string>();
  const distinct = errors.filter(({ field, reason, message }) => {
    const text = `${field}\n${reason}\n${message}`;
    return !seen.has(text) && seen.add(text) !== undefined;
  });
  throw invalidObject(kind, object.metadata.name ?? '', distinct);
}
