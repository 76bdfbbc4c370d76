/** Equality, which is defined between all values, and order, which is defined within numbers and within some other types. */
import { EvaluationError } from '../errors.ts';
import { itemsOf } from './lists.ts';
import { spend } from './meter.ts';
import {
  Double,
  Duration,
  type ListKeying,
  ListValue,
  MapValue,
  ObjectValue,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.ts';

type Numeric = number | bigint | Uint | Double;

export function isNumeric(value: Value): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint || value instanceof Double;
}

/** The number for JavaScript's comparisons, which are exact between numbers and bigints. */
function plain(value: Numeric): number | bigint {
  return typeof value === 'object' ? value.value : value;
}

/** Strings of this length and more are not compared in one step. */
const longMin = 1_024;

export function equal(a: Value, b: Value): boolean {
  if (typeof a === 'string' && a.length > longMin) spend(a.length >> 6);
  if (a === b) return true;
  if (typeof a !== 'object' && typeof a === typeof b) return false;
  if (isNumeric(a)) {
    // Loose equality is the exact one between a number and a bigint.
    // oxlint-disable-next-line eqeqeq
    return isNumeric(b) && plain(a) == plain(b);
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return equalObjects(a, b);
}

function equalObjects(a: Exclude<Value & object, null>, b: Exclude<Value & object, null>): boolean {
  if (a instanceof ListValue) return b instanceof ListValue && equalLists(a, b);
  if (a instanceof MapValue) return b instanceof MapValue && equalMaps(a, b);
  if (a instanceof ObjectValue) return b instanceof ObjectValue && equalFields(a, b);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanoseconds === b.nanoseconds;
  if (a instanceof Duration) return b instanceof Duration && a.nanoseconds === b.nanoseconds;
  if (a instanceof OpaqueValue) return b instanceof OpaqueValue && a.type.name === b.type.name && a.equals(b);
  if (a instanceof TypeValue) return b instanceof TypeValue && a.type.name === b.type.name;
  if (a instanceof OptionalValue) {
    if (!(b instanceof OptionalValue)) return false;
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equal(a.value, b.value);
  }
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

function equalLists(a: ListValue, b: ListValue): boolean {
  if (a.size !== b.size) return false;
  spend(a.size);
  if (a.keying !== undefined) return equalKeyed(a, b, a.keying);
  for (let index = 0; index < a.size; index++) if (!equal(a.at(index), b.at(index))) return false;
  return true;
}

const keyingSteps = 16;

function equalKeyed(a: ListValue, b: ListValue, keying: ListKeying): boolean {
  const byKey = new Map<string, Value>();
  spend(a.size * keyingSteps);
  for (const item of itemsOf(a)) byKey.set(keying.keyOf(item), item);
  for (const item of itemsOf(b)) {
    const other = byKey.get(keying.keyOf(item));
    if (other === undefined || !equal(item, other)) return false;
  }
  return true;
}

function equalMaps(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false;
  spend(a.size);
  for (const key of a.keys()) {
    const other = b.get(key);
    if (other === undefined || !equal(a.get(key) as Value, other)) return false;
  }
  return true;
}

function equalFields(a: ObjectValue, b: ObjectValue): boolean {
  if (a.type.name !== b.type.name) return false;
  const names = [...a.names()];
  spend(names.length);
  if (names.length !== [...b.names()].length) return false;
  return names.every((name) => {
    const other = b.get(name);
    return other !== undefined && equal(a.get(name) as Value, other);
  });
}

/** Negative, zero or positive; NaN when one is a NaN and every comparison is false. */
export function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (isNumeric(a) && isNumeric(b)) {
    const inexact = a instanceof Double || b instanceof Double;
    const [x, y] = inexact ? [Number(plain(a)), Number(plain(b))] : [plain(a), plain(b)];
    return x < y ? -1 : x > y ? 1 : Number(x) === Number(y) ? 0 : Number.NaN;
  }
  if (a instanceof Timestamp && b instanceof Timestamp) return order(a.nanoseconds, b.nanoseconds);
  if (a instanceof Duration && b instanceof Duration) return order(a.nanoseconds, b.nanoseconds);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  throw new EvaluationError('no such overload');
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code points, which is the order of UTF-8's bytes and not of UTF-16's units. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x === y) continue;
    // A surrogate stands for a point above every other unit.
    const [highX, highY] = [x >= 0xd800 && x <= 0xdfff, y >= 0xd800 && y <= 0xdfff];
    return highX === highY ? x - y : highX ? 1 : -1;
  }
  return a.length - b.length;
}
