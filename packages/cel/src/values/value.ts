/**
 * What expressions compute with. An int is a JS number when it is a safe integer and a bigint beyond that (`values/int.ts`
 * keeps to this form), because nearly every number in a Kubernetes object is small; so a double, which is rare there, is a
 * `Double`. Strings are JS strings; the language counts their code points.
 * Collections are read through `ListValue` and `MapValue`, which may be views of JSON that is converted as it is read.
 */
import type { Type } from '../types/type.ts';
import { types } from '../types/type.ts';

export type Int = number | bigint;

export type Value =
  | null
  | boolean
  | Int
  | string
  | Uint8Array
  | Uint
  | Double
  | Timestamp
  | Duration
  | ListValue
  | MapValue
  | ObjectValue
  | OptionalValue
  | TypeValue
  | OpaqueValue;

/** An unsigned integer of 64 bits. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** An instant: nanoseconds since 1970, between the years 1 and 9999. */
export class Timestamp {
  readonly nanoseconds: bigint;
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** A span of time in nanoseconds, of 64 bits. */
export class Duration {
  readonly nanoseconds: bigint;
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** The type of a value, as `type(x)` gives it. */
export class TypeValue {
  readonly type: Type;
  constructor(type: Type) {
    this.type = type;
  }
}

export class OptionalValue {
  static readonly none: OptionalValue = new OptionalValue(undefined);
  /** Undefined for `optional.none()`. */
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** A list: `size` items, each made when it is read. */
export abstract class ListValue {
  abstract readonly size: number;
  /** `index` is at least 0 and less than `size`. */
  abstract at(index: number): Value;
  /** A list of a schema's type `set` or `map` compares and adds by its own rules. */
  abstract readonly keying: ListKeying | undefined;
}

export interface ListKeying {
  /** The text by which two items are the same item. */
  keyOf(item: Value): string;
  readonly type: 'set' | 'map';
}

export abstract class MapValue {
  abstract readonly size: number;
  /** Undefined when there is no such key. A number finds the same key whichever numeric type it has. */
  abstract get(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;
}

/** An object with declared fields. */
export abstract class ObjectValue {
  abstract readonly type: Type;
  /** Undefined when the field is absent. `name` is the field's name in CEL. */
  abstract get(name: string): Value | undefined;
  abstract has(name: string): boolean;
  abstract names(): Iterable<string>;
}

/** A value of a library's own: a quantity, an IP address, an authorizer. */
export abstract class OpaqueValue {
  abstract readonly type: Type;
  abstract equals(other: OpaqueValue): boolean;
  /** What the cost rules take as its size. */
  get size(): number {
    return 1;
  }
}

/** A list that an expression made. */
export class ArrayList extends ListValue {
  readonly items: readonly Value[];
  readonly keying: ListKeying | undefined;
  constructor(items: readonly Value[], keying?: ListKeying) {
    super();
    this.items = items;
    this.keying = keying;
  }
  get size(): number {
    return this.items.length;
  }
  at(index: number): Value {
    return this.items[index] as Value;
  }
}

/** The runtime type of a value; parameters of collections are not known at run time and are `dyn`. */
export function typeOf(value: Value): Type {
  switch (typeof value) {
    case 'boolean':
      return types.bool;
    case 'number':
    case 'bigint':
      return types.int;
    case 'string':
      return types.string;
    default:
      return typeOfObject(value);
  }
}

const dynList = types.list(types.dyn);
const dynMap = types.map(types.dyn, types.dyn);
const dynOptional = types.optional(types.dyn);

function typeOfObject(value: Exclude<Value, boolean | Int | string>): Type {
  if (value === null) return types.null;
  if (value instanceof ListValue) return dynList;
  if (value instanceof MapValue) return dynMap;
  if (value instanceof ObjectValue || value instanceof OpaqueValue) return value.type;
  if (value instanceof Double) return types.double;
  if (value instanceof Uint) return types.uint;
  if (value instanceof Timestamp) return types.timestamp;
  if (value instanceof Duration) return types.duration;
  if (value instanceof OptionalValue) return dynOptional;
  if (value instanceof TypeValue) return types.type();
  return types.bytes;
}
