import { declare, type DeclaredField, type DeclaredType, escapePropertyName } from '@kajitori/cel';
import type { Kind } from '@kajitori/kinds';
import type { Schema } from '@kajitori/schema';

const held = new WeakMap<Kind, DeclaredType>();

/** A kind's objects as the checker of expressions sees them. What has no fixed shape may be anything. */
export function declaredKind(kind: Kind): DeclaredType {
  let type = held.get(kind);
  if (type === undefined) {
    type = declaredSchema(kind.schema.schema, kind.kind, new Set());
    held.set(kind, type);
  }
  return type;
}

/** `within` holds the named types around it: a type inside itself may be anything. */
function declaredSchema(schema: Schema, path: string, within: ReadonlySet<string>): DeclaredType {
  const { codec, typeName, type } = schema;
  if (codec === 'time' || codec === 'microTime') return declare.timestamp;
  if (codec !== undefined || schema['x-kubernetes-int-or-string'] === true) return declare.dyn;
  switch (type) {
    case 'string':
      return schema.format === 'date-time' ? declare.timestamp : declare.string(schema.maxLength);
    case 'boolean':
      return declare.bool;
    case 'integer':
      return declare.int;
    case 'number':
      return declare.double;
    case 'array':
      return declare.list(
        schema.items === undefined ? declare.dyn : declaredSchema(schema.items, `${path}.@items`, within),
        schema.maxItems,
      );
    default:
      if (typeName !== undefined && within.has(typeName)) return declare.dyn;
      return declaredObject(schema, path, typeName === undefined ? within : new Set([...within, typeName]));
  }
}

function declaredObject(schema: Schema, path: string, within: ReadonlySet<string>): DeclaredType {
  const { properties, additionalProperties } = schema;
  if (typeof additionalProperties === 'object') return declare.map(declaredSchema(additionalProperties, `${path}.@values`, within));
  if (properties === undefined || schema['x-kubernetes-preserve-unknown-fields'] === true) return declare.dyn;
  const fields = new Map<string, DeclaredField>();
  for (const [property, child] of Object.entries(properties)) {
    const name = escapePropertyName(property);
    if (name !== undefined) fields.set(name, { property, type: declaredSchema(child, `${path}.${property}`, within) });
  }
  return declare.object(path, fields);
}
