import { type FieldError, invalidObject, type KubeObject } from '@kajitori/apimachinery';
import { validateCreate, validateStatusUpdate, validateUpdate } from '@kajitori/kinds';
import { applyDefaults, ratcheted, validate } from '@kajitori/schema';
import type { Call } from '../call.ts';
import type { UpdateOptions } from './update.ts';

/**
 * Fills what the schema defaults, checks the draft against it, and only then what the kind itself defaults: its hooks, and
 * all rules after them, may count on what the schema requires.
 * @throws StatusError Invalid with every cause.
 */
export function fillDefaults(call: Call, draft: KubeObject, old?: KubeObject): void {
  const { schema } = call.kind.schema;
  applyDefaults(schema, draft);
  checkSchema(call, draft, old);
  call.kind.strategy.defaults?.(draft);
}

/** @throws StatusError Invalid with every cause that the schema finds; of a custom resource, only what a change brought. */
export function checkSchema(call: Call, object: KubeObject, old?: KubeObject): void {
  const { schema } = call.kind.schema;
  const errors = validate(schema, object);
  refuse(call, object, old === undefined || call.kind.custom === undefined ? errors : ratcheted(schema, errors, object, old));
}

/** The kind's own rules for a new object. @throws StatusError Invalid with every cause. */
export function checkNew(call: Call, object: KubeObject): void {
  const { kind, warnings } = call;
  refuse(call, object, [...validateCreate(kind, object), ...(kind.strategy.validateTransition?.(object, undefined) ?? [])]);
  warnings.push(...(kind.strategy.warnings?.(object, undefined) ?? []));
}

/** @throws StatusError Invalid with every cause. */
export function checkUpdate(call: Call, object: KubeObject, { old, part }: { old: KubeObject; part: UpdateOptions['part'] }): void {
  const { kind, warnings } = call;
  // A Binding was checked as such; it sets what no update of the Pod may.
  if (part === 'binding') return;
  const own = kind.subresources?.[call.subresource]?.part;
  if (own !== undefined) return refuse(call, object, own.validate(object, old));
  const rules = part === 'status' ? validateStatusUpdate : validateUpdate;
  refuse(call, object, [...rules(kind, object, old), ...(kind.strategy.validateTransition?.(object, old) ?? [])]);
  warnings.push(...(kind.strategy.warnings?.(object, old) ?? []));
}

function refuse({ kind }: Call, object: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(kind, object.metadata.name ?? '', errors);
}
