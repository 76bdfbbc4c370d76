import { type FieldError, invalidObject, type KubeObject } from '@kajitori/apimachinery';
import { validateCreate, validateStatusUpdate, validateUpdate } from '@kajitori/kinds';
import { applyDefaults, ratcheted, validate } from '@kajitori/schema';
import type { Call } from '../call.ts';
import type { UpdateOptions } from './update.ts';
import { withZeroStatus } from './zero-status.ts';

/**
 * Fills what the schema defaults, checks the draft against it, and only then what the kind itself defaults: its hooks, and
 * all rules after them, may count on what the schema requires. A custom resource is only defaulted: what it lacks a webhook may add.
 * @throws StatusError Invalid with every cause.
 */
export function fillDefaults(call: Call, draft: KubeObject): void {
  const { kind } = call;
  applyDefaults(kind.schema.schema, draft);
  if (kind.custom !== undefined) return;
  checkSchema(call, draft);
  kind.strategy.defaults?.(draft);
}

/** @throws StatusError Invalid with every cause that the schema finds. */
export function checkSchema(call: Call, object: KubeObject): void {
  const { schema } = call.kind.schema;
  const errors = validate(schema, object);
  refuse(call, object, call.kind.custom === undefined ? withZeroStatus(schema, object, errors) : errors);
}

/** The kind's own rules for a new object. @throws StatusError Invalid with every cause. */
export function checkNew(call: Call, object: KubeObject): void {
  const { kind, warnings } = call;
  refuse(call, object, withTransition(call, [...validateCreate(kind, object), ...customSchemaErrors(call, object)], { object }));
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
  const found = [...rules(kind, object, old), ...customSchemaErrors(call, object, old)];
  refuse(call, object, withTransition(call, found, { object, old }));
  warnings.push(...(kind.strategy.warnings?.(object, old) ?? []));
}

/** What a custom resource's schema finds; of an update, only what it brought. */
function customSchemaErrors({ kind }: Call, object: KubeObject, old?: KubeObject): FieldError[] {
  if (kind.custom === undefined) return [];
  const { schema } = kind.schema;
  const errors = validate(schema, object);
  return old === undefined ? errors : ratcheted(schema, errors, object, old);
}

function withTransition(
  { kind }: Call,
  found: readonly FieldError[],
  { object, old }: { object: KubeObject; old?: KubeObject },
): readonly FieldError[] {
  return [...found, ...(kind.strategy.validateTransition?.(object, old, found) ?? [])];
}

function refuse({ kind }: Call, object: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(kind, object.metadata.name ?? '', errors);
}
