/**
 * CEL's types as the checker sees them. A type is an immutable value; two are the same when kind, name and parameters are.
 */
export type Kind =
  | 'any'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'object'
  | 'opaque'
  | 'param'
  | 'string'
  | 'timestamp'
  | 'type'
  | 'uint';

export interface Type {
  readonly kind: Kind;
  /** The name by which error messages and `type(x)` call it. */
  readonly name: string;
  readonly parameters: readonly Type[];
  /** A scalar that may also be null (protobuf's wrapper types). */
  readonly nullable?: true;
}

function simple(kind: Kind, name: string = kind): Type {
  return { kind, name, parameters: [] };
}

/** The types of the language; `list`, `map` and the like make types from types. */
export const types = {
  any: simple('any', 'google.protobuf.Any'),
  bool: simple('bool'),
  bytes: simple('bytes'),
  double: simple('double'),
  duration: simple('duration', 'google.protobuf.Duration'),
  dyn: simple('dyn'),
  error: simple('error', '*error*'),
  int: simple('int'),
  null: simple('null', 'null_type'),
  string: simple('string'),
  timestamp: simple('timestamp', 'google.protobuf.Timestamp'),
  uint: simple('uint'),
  list: (items: Type): Type => ({ kind: 'list', name: 'list', parameters: [items] }),
  map: (keys: Type, values: Type): Type => ({ kind: 'map', name: 'map', parameters: [keys, values] }),
  /** A type with fields, declared by the environment under this name. */
  object: (name: string): Type => simple('object', name),
  /** A type without fields that only functions take and give. */
  opaque: (name: string, ...parameters: Type[]): Type => ({ kind: 'opaque', name, parameters }),
  optional: (value: Type): Type => ({ kind: 'opaque', name: 'optional_type', parameters: [value] }),
  nullable: (scalar: Type): Type => ({ ...scalar, nullable: true }),
  /** A type parameter of a function's declaration. */
  param: (name: string): Type => simple('param', name),
  type: (of?: Type): Type => ({ kind: 'type', name: 'type', parameters: of === undefined ? [] : [of] }),
} as const;

/** A type as cel-go's messages write it: `list(int)`, `map(string, dyn)`. */
export function formatType(type: Type): string {
  switch (type.kind) {
    case 'any':
      return 'any';
    case 'duration':
      return 'duration';
    case 'error':
      return '!error!';
    case 'null':
      return 'null';
    case 'timestamp':
      return 'timestamp';
    default: {
      const name = type.nullable === true ? `wrapper(${type.name})` : type.name;
      return type.parameters.length === 0 ? name : `${name}(${type.parameters.map(formatType).join(', ')})`;
    }
  }
}

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.name !== b.name || a.nullable !== b.nullable || a.parameters.length !== b.parameters.length) return false;
  for (let index = 0; index < a.parameters.length; index++) {
    if (!sameType(a.parameters[index] as Type, b.parameters[index] as Type)) return false;
  }
  return true;
}

export function isDyn(type: Type): boolean {
  return type.kind === 'dyn' || type.kind === 'any';
}

export function isOptional(type: Type): boolean {
  return type.kind === 'opaque' && type.name === 'optional_type';
}
