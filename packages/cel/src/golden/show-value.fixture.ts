import {
  Double,
  Duration,
  ListValue,
  MapValue,
  ObjectValue,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  toJson,
  TypeValue,
  Uint,
  type Value,
} from '../index.ts';
import { itemsOf } from '../values/lists.ts';

/** A value as the golden files write it: unlike JSON it tells 1 from 1u and 1.0. */
export function showValue(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Double) return `double(${showNumber(value.value)})`;
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `bytes(${Buffer.from(value).toString('hex')})`;
  if (value instanceof Duration) return `duration(${value.nanoseconds})`;
  if (value instanceof Timestamp) return `timestamp(${String(toJson(value))})`;
  if (value instanceof TypeValue) return `type(${value.type.name})`;
  if (value instanceof OptionalValue) return value.value === undefined ? 'none' : `some(${showValue(value.value)})`;
  if (value instanceof ListValue) return `[${Array.from(itemsOf(value), showValue).join(', ')}]`;
  if (value instanceof MapValue) return `{${showEntries(value).join(', ')}}`;
  return value instanceof OpaqueValue || value instanceof ObjectValue ? `other:${value.type.name}` : 'unknown';
}

function showEntries(map: MapValue): string[] {
  return Array.from(map.keys(), (key) => `${showValue(key)}: ${showValue(map.get(key) as Value)}`).sort();
}

function showNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
