/** Conversions between types, `size` and `type`. */
import { EvaluationError } from '../errors.ts';
import { types } from '../types/type.ts';
import { codePointCount } from '../values/code-points.ts';
import { formatDouble } from '../values/double.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, timestampOf } from '../values/instants.ts';
import { toInt, uint64Max } from '../values/int.ts';
import {
  Double,
  type Duration,
  type Int,
  type ListValue,
  type MapValue,
  type Timestamp,
  typeOf,
  TypeValue,
  Uint,
  type Value,
} from '../values/value.ts';
import { declareFunction, type FunctionDeclaration, member, overload } from './declaration.ts';

const { bool, bytes, double, duration, int, string, timestamp, uint } = types;
const a = types.param('A');
const b = types.param('B');
const listA = types.list(a);
const mapAB = types.map(a, b);

const identity = (value: Value): Value => value;

function boolOf(text: string): boolean {
  if (['1', 't', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw new EvaluationError(`type conversion error from 'string' to 'bool'`);
}

function intOfBig(value: bigint): Int {
  const result = toInt(value);
  if (result === undefined) throw new EvaluationError('integer overflow');
  return result;
}

function intOfDouble({ value }: Double): Int {
  // At the bounds a double cannot tell a value that fits from its neighbour that does not.
  if (!(Math.abs(value) < 2 ** 63)) throw new EvaluationError('integer overflow');
  return intOfBig(BigInt(Math.trunc(value)));
}

function intOfText(text: string): Int {
  const value = /^[+-]?\d+$/.test(text) && text.length <= 64 ? toInt(BigInt(text.replace(/^\+/, ''))) : undefined;
  if (value === undefined) throw new EvaluationError(`type conversion error from 'string' to 'int'`);
  return value;
}

function uintOf(value: bigint): Uint {
  if (value < 0n || value > uint64Max) throw new EvaluationError('unsigned integer overflow');
  return new Uint(value);
}

function uintOfDouble({ value }: Double): Uint {
  if (!(value >= 0 && value < 2 ** 64)) throw new EvaluationError('unsigned integer overflow');
  return uintOf(BigInt(Math.trunc(value)));
}

function uintOfText(text: string): Uint {
  if (!/^\d+$/.test(text) || text.length > 64 || BigInt(text) > uint64Max) {
    throw new EvaluationError(`type conversion error from 'string' to 'uint'`);
  }
  return new Uint(BigInt(text));
}

const infinities: Record<string, number> = {
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '+infinity': Infinity,
  '-infinity': -Infinity,
  nan: NaN,
};

function doubleOfText(text: string): Double {
  const word = text.toLowerCase();
  if (Object.hasOwn(infinities, word)) return new Double(infinities[word] as number);
  const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new EvaluationError(`type conversion error from 'string' to 'double'`);
  return new Double(value);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function stringOfBytes(value: Uint8Array): string {
  try {
    return decoder.decode(value);
  } catch {
    throw new EvaluationError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

function timestampOfText(text: string): Timestamp {
  const value = parseTimestamp(text);
  if (value === undefined) throw new EvaluationError(`type conversion error from 'string' to 'google.protobuf.Timestamp'`);
  return value;
}

function durationOfText(text: string): Duration {
  const value = parseDuration(text);
  if (value === undefined) throw new EvaluationError(`type conversion error from 'string' to 'google.protobuf.Duration'`);
  return value;
}

function floorSeconds({ nanoseconds }: Timestamp): Int {
  const second = 1_000_000_000n;
  return intOfBig(nanoseconds >= 0n ? nanoseconds / second : -((-nanoseconds + second - 1n) / second));
}

export const conversions: readonly FunctionDeclaration[] = [
  declareFunction('bool', overload('bool_to_bool', [bool], bool, identity), overload('string_to_bool', [string], bool, boolOf)),
  declareFunction(
    'bytes',
    overload('bytes_to_bytes', [bytes], bytes, identity),
    overload('string_to_bytes', [string], bytes, (x: string) => Buffer.from(x)),
  ),
  declareFunction(
    'double',
    overload('double_to_double', [double], double, identity),
    overload('int64_to_double', [int], double, (x: Int) => new Double(Number(x))),
    overload('string_to_double', [string], double, doubleOfText),
    overload('uint64_to_double', [uint], double, (x: Uint) => new Double(Number(x.value))),
  ),
  declareFunction(
    'duration',
    overload('duration_to_duration', [duration], duration, identity),
    overload('int64_to_duration', [int], duration, () => {
      throw new EvaluationError('no such overload');
    }),
    overload('string_to_duration', [string], duration, durationOfText),
  ),
  declareFunction(
    'int',
    overload('int64_to_int64', [int], int, identity),
    overload('double_to_int64', [double], int, intOfDouble),
    overload('duration_to_int64', [duration], int, (x: Duration) => intOfBig(x.nanoseconds)),
    overload('string_to_int64', [string], int, intOfText),
    overload('timestamp_to_int64', [timestamp], int, floorSeconds),
    overload('uint64_to_int64', [uint], int, (x: Uint) => intOfBig(x.value)),
  ),
  declareFunction(
    'string',
    overload('string_to_string', [string], string, identity),
    overload('bool_to_string', [bool], string, String),
    overload('bytes_to_string', [bytes], string, stringOfBytes),
    overload('double_to_string', [double], string, (x: Double) => formatDouble(x.value)),
    overload('duration_to_string', [duration], string, formatDuration),
    overload('int64_to_string', [int], string, String),
    overload('timestamp_to_string', [timestamp], string, formatTimestamp),
    overload('uint64_to_string', [uint], string, (x: Uint) => String(x.value)),
  ),
  declareFunction(
    'timestamp',
    overload('timestamp_to_timestamp', [timestamp], timestamp, identity),
    overload('int64_to_timestamp', [int], timestamp, (x: Int) => timestampOf(BigInt(x) * 1_000_000_000n)),
    overload('string_to_timestamp', [string], timestamp, timestampOfText),
  ),
  declareFunction(
    'uint',
    overload('uint64_to_uint64', [uint], uint, identity),
    overload('double_to_uint64', [double], uint, uintOfDouble),
    overload('int64_to_uint64', [int], uint, (x: Int) => uintOf(BigInt(x))),
    overload('string_to_uint64', [string], uint, uintOfText),
  ),
  declareFunction(
    'type',
    overload('type', [a], types.type(a), (x: Value) => new TypeValue(typeOf(x))),
  ),
  declareFunction(
    'size',
    ...[overload, member].flatMap((make, index) => {
      const id = (name: string): string => (index === 0 ? `size_${name}` : `${name}_size`);
      return [
        make(id('bytes'), [bytes], int, (x: Uint8Array) => x.length),
        make(id('list'), [listA], int, (x: ListValue) => x.size),
        make(id('map'), [mapAB], int, (x: MapValue) => x.size),
        make(id('string'), [string], int, codePointCount),
      ];
    }),
  ),
];
