/** Reading a field, a key or an index of whatever a value is. */
import { EvaluationError } from '../errors.ts';
import { toInt } from '../values/int.ts';
import { formatDouble } from '../values/double.ts';
import { Double, ListValue, MapValue, ObjectValue, OptionalValue, typeOf, Uint, type Value } from '../values/value.ts';

function show(key: Value): string {
  if (key instanceof Uint) return String(key.value);
  if (key instanceof Double) return formatDouble(key.value);
  return typeof key === 'object' ? 'unsupported' : String(key);
}

/** Undefined when the field or key is absent. */
function find(value: Value, name: string): Value | undefined {
  if (value instanceof ObjectValue) return value.get(name);
  if (value instanceof MapValue) return value.get(name);
  if (value instanceof ListValue) throw new EvaluationError(`unsupported index type 'string' in list`);
  throw new EvaluationError(`no such key: ${name}`);
}

/** An optional selection from what has no fields finds nothing, where a plain one fails. */
function isContainer(value: Value | undefined): value is ListValue | MapValue | ObjectValue {
  return value instanceof ListValue || value instanceof MapValue || value instanceof ObjectValue;
}

export function readField(value: Value, name: string): Value {
  if (value instanceof OptionalValue) return readOptionalField(value, name);
  const found = find(value, name);
  if (found === undefined) throw new EvaluationError(`no such key: ${name}`);
  return found;
}

export function readOptionalField(value: Value, name: string): OptionalValue {
  const inner = value instanceof OptionalValue ? value.value : value;
  const found = isContainer(inner) ? find(inner, name) : undefined;
  return found === undefined ? OptionalValue.none : new OptionalValue(found);
}

export function hasField(value: Value, name: string): boolean {
  const inner = value instanceof OptionalValue ? value.value : value;
  if (inner === undefined) return false;
  if (inner instanceof ObjectValue) return inner.has(name);
  return isContainer(inner) && find(inner, name) !== undefined;
}

/** Undefined when the key or index is absent. */
function findAt(value: Value, key: Value): Value | undefined {
  if (value instanceof ListValue) {
    const index = indexOf(key);
    return index >= 0 && index < value.size ? value.at(index) : undefined;
  }
  if (value instanceof MapValue) {
    if (typeof key === 'object' && !(key instanceof Uint) && !(key instanceof Double)) throw new EvaluationError('unsupported key type');
    return value.get(key);
  }
  if (value instanceof ObjectValue && typeof key === 'string') return value.get(key);
  throw new EvaluationError('no such overload');
}

/** A list's index from any number; −1 for those beyond every list. */
function indexOf(key: Value): number {
  if (typeof key === 'number') return key;
  if (typeof key === 'bigint') return -1;
  if (key instanceof Uint) return Number(toInt(key.value) ?? -1);
  if (key instanceof Double && Number.isInteger(key.value)) return key.value;
  throw new EvaluationError(
    key instanceof Double ? `unsupported index value ${key.value} in list` : `unsupported index type '${typeOf(key).name}' in list`,
  );
}

export function readAt(value: Value, key: Value): Value {
  if (value instanceof OptionalValue) return readOptionalAt(value, key);
  const found = findAt(value, key);
  if (found !== undefined) return found;
  throw new EvaluationError(value instanceof ListValue ? `index out of bounds: ${show(key)}` : `no such key: ${show(key)}`);
}

export function readOptionalAt(value: Value, key: Value): OptionalValue {
  const inner = value instanceof OptionalValue ? value.value : value;
  const found = isContainer(inner) ? findAt(inner, key) : undefined;
  return found === undefined ? OptionalValue.none : new OptionalValue(found);
}
