import { type FieldError, invalidObject, type KubeObject } from '@kajitori/apimachinery';
import { validateCreate, validateStatusUpdate, validateUpdate } from '@kajitori/kinds';
import { applyDefaults, validate } from '@kajitori/schema';
import type { Call } from '../call.ts';
import type { UpdateOptions } from './update.ts';

/** Fills what the schema and the kind default. */
export function fillDefaults({ kind }: Call, draft: KubeObject): void {
  applyDefaults(kind.schema.schema, draft);
  kind.strategy.defaults?.(draft);
}

/** @throws StatusError Invalid with every cause. */
export function checkNew(call: Call, object: KubeObject): void {
  const { kind, warnings } = call;
  refuse(call, object, schemaErrors(call, object) ?? validateCreate(kind, object));
  warnings.push(...(kind.strategy.warnings?.(object, undefined) ?? []));
}

/** @throws StatusError Invalid with every cause. */
export function checkUpdate(call: Call, object: KubeObject, { old, part }: { old: KubeObject; part: UpdateOptions['part'] }): void {
  const { kind, warnings } = call;
  // A Binding was checked as such; it sets what no update of the Pod may.
  if (part === 'binding') return;
  const rules = part === 'status' ? validateStatusUpdate : validateUpdate;
  refuse(call, object, schemaErrors(call, object) ?? rules(kind, object, old));
  warnings.push(...(kind.strategy.warnings?.(object, old) ?? []));
}

/** Undefined when the schema has nothing to say: only then may the kind's own rules read the object. */
function schemaErrors({ kind }: Call, object: KubeObject): FieldError[] | undefined {
  const errors = validate(kind.schema.schema, object);
  return errors.length === 0 ? undefined : errors;
}

function refuse({ kind }: Call, object: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(kind, object.metadata.name ?? '', errors);
}
