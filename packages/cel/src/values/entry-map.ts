/** Maps that expressions make, and how keys are compared: 1, 1u and 1.0 are one key. */
import { EvaluationError } from '../errors.ts';
import { toInt } from './int.ts';
import { Double, MapValue, Uint, type Value } from './value.ts';

type Key = string | boolean | number | bigint;

/** Undefined for a value that can be no key. */
function normalKey(value: Value): Key | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'bigint':
      return value;
    default:
      if (value instanceof Uint) return toInt(value.value) ?? value.value;
      if (value instanceof Double) {
        return Number.isInteger(value.value) && !Number.isSafeInteger(value.value) ? BigInt(value.value) : value.value + 0;
      }
      return undefined;
  }
}

export class EntryMap extends MapValue {
  private readonly entries = new Map<Key, { key: Value; value: Value }>();

  get size(): number {
    return this.entries.size;
  }

  get(key: Value): Value | undefined {
    const normal = normalKey(key);
    return normal === undefined ? undefined : this.entries.get(normal)?.value;
  }

  *keys(): Iterable<Value> {
    for (const { key } of this.entries.values()) yield key;
  }

  /** Like `insert` these are for whoever makes the map; a map that an expression has seen does not change. */
  put(key: Value, value: Value): void {
    const normal = normalKey(key);
    if (normal === undefined) throw new EvaluationError('unsupported key type');
    this.entries.set(normal, { key, value });
  }

  /** @throws {EvaluationError} the key is there already */
  insert(key: Value, value: Value): void {
    if (this.get(key) !== undefined) throw new EvaluationError(`insert failed: key ${String(normalKey(key))} already exists`);
    this.put(key, value);
  }
}
