/** Whether a value is of a type, as far as values know theirs: what is inside a collection is not looked at. */
import type { Type } from '../types/type.ts';
import {
  Double,
  Duration,
  ListValue,
  MapValue,
  ObjectValue,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from '../values/value.ts';

export function accepts(type: Type, value: Value): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'any':
    case 'param':
    case 'error':
      return true;
    case 'null':
      return value === null;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'number' || typeof value === 'bigint';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'uint':
      return value instanceof Uint;
    case 'double':
      return value instanceof Double;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'list':
      return value instanceof ListValue;
    case 'map':
      return value instanceof MapValue;
    case 'type':
      return value instanceof TypeValue;
    case 'object':
      return value instanceof ObjectValue && value.type.name === type.name;
    case 'opaque':
      if (type.name === 'optional_type') return value instanceof OptionalValue;
      return value instanceof OpaqueValue && value.type.name === type.name;
  }
}

/** Whether every value of the static type is of the other, so that nothing needs checking when it runs. */
export function alwaysAccepts(type: Type, from: Type | undefined): boolean {
  if (type.kind === 'dyn' || type.kind === 'param') return true;
  return from !== undefined && from.kind === type.kind && from.name === type.name && from.nullable !== true;
}
