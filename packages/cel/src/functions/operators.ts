/** The operators, as functions under the names by which the parser calls them. */
import { EvaluationError } from '../errors.ts';
import { type Type, types } from '../types/type.ts';
import { compare, equal } from '../values/compare.ts';
import { durationOf, timestampOf } from '../values/instants.ts';
import {
  addInts,
  addUints,
  divideInts,
  divideUints,
  moduloInts,
  moduloUints,
  multiplyInts,
  multiplyUints,
  negateInt,
  subtractInts,
  subtractUints,
} from '../values/int.ts';
import { concatenate, itemsOf } from '../values/lists.ts';
import { Double, type Duration, type ListValue, type MapValue, type Timestamp, type Value } from '../values/value.ts';
import { declareFunction, type FunctionDeclaration, overload } from './declaration.ts';

const { bool, bytes, double, duration, dyn, int, string, timestamp, uint } = types;
const a = types.param('A');
const b = types.param('B');

const double2 = (compute: (x: number, y: number) => number) => (x: Double, y: Double) => new Double(compute(x.value, y.value));

const comparable: readonly [string, Type, Type][] = [
  ['bool', bool, bool],
  ['int64', int, int],
  ['int64_double', int, double],
  ['int64_uint64', int, uint],
  ['uint64', uint, uint],
  ['uint64_double', uint, double],
  ['uint64_int64', uint, int],
  ['double', double, double],
  ['double_int64', double, int],
  ['double_uint64', double, uint],
  ['string', string, string],
  ['bytes', bytes, bytes],
  ['timestamp', timestamp, timestamp],
  ['duration', duration, duration],
];

function comparison(name: string, prefix: string, holds: (order: number) => boolean): FunctionDeclaration {
  const evaluate = (x: Value, y: Value): boolean => holds(compare(x, y));
  return declareFunction(
    name,
    ...comparable.map(([suffix, left, right]) => overload(`${prefix}_${suffix}`, [left, right], bool, evaluate)),
  );
}

/** The evaluator runs these itself, for they do not always need both sides. */
function unreachable(): never {
  throw new EvaluationError('no such overload');
}

function concatBytes(x: Uint8Array, y: Uint8Array): Uint8Array {
  return Buffer.concat([x, y]);
}

export function inList(item: Value, list: ListValue): boolean {
  for (const each of itemsOf(list)) if (equal(each, item)) return true;
  return false;
}

export const operators: readonly FunctionDeclaration[] = [
  declareFunction('_?_:_', overload('conditional', [bool, a, a], a, unreachable)),
  declareFunction('_&&_', overload('logical_and', [bool, bool], bool, unreachable)),
  declareFunction('_||_', overload('logical_or', [bool, bool], bool, unreachable)),
  declareFunction('@not_strictly_false', overload('not_strictly_false', [bool], bool, unreachable)),
  declareFunction(
    '!_',
    overload('logical_not', [bool], bool, (x: boolean) => !x),
  ),
  declareFunction('_==_', overload('equals', [a, a], bool, equal)),
  declareFunction(
    '_!=_',
    overload('not_equals', [a, a], bool, (x: Value, y: Value) => !equal(x, y)),
  ),
  comparison('_<_', 'less', (order) => order < 0),
  comparison('_<=_', 'less_equals', (order) => order <= 0),
  comparison('_>_', 'greater', (order) => order > 0),
  comparison('_>=_', 'greater_equals', (order) => order >= 0),
  declareFunction(
    '_+_',
    overload('add_bytes', [bytes, bytes], bytes, concatBytes),
    overload(
      'add_double',
      [double, double],
      double,
      double2((x, y) => x + y),
    ),
    overload('add_duration_duration', [duration, duration], duration, (x: Duration, y: Duration) =>
      durationOf(x.nanoseconds + y.nanoseconds),
    ),
    overload('add_duration_timestamp', [duration, timestamp], timestamp, (x: Duration, y: Timestamp) =>
      timestampOf(x.nanoseconds + y.nanoseconds),
    ),
    overload('add_timestamp_duration', [timestamp, duration], timestamp, (x: Timestamp, y: Duration) =>
      timestampOf(x.nanoseconds + y.nanoseconds),
    ),
    overload('add_int64', [int, int], int, addInts),
    overload('add_list', [types.list(a), types.list(a)], types.list(a), concatenate),
    overload('add_string', [string, string], string, (x: string, y: string) => x + y),
    overload('add_uint64', [uint, uint], uint, addUints),
  ),
  declareFunction(
    '_-_',
    overload(
      'subtract_double',
      [double, double],
      double,
      double2((x, y) => x - y),
    ),
    overload('subtract_duration_duration', [duration, duration], duration, (x: Duration, y: Duration) =>
      durationOf(x.nanoseconds - y.nanoseconds),
    ),
    overload('subtract_int64', [int, int], int, subtractInts),
    overload('subtract_timestamp_duration', [timestamp, duration], timestamp, (x: Timestamp, y: Duration) =>
      timestampOf(x.nanoseconds - y.nanoseconds),
    ),
    overload('subtract_timestamp_timestamp', [timestamp, timestamp], duration, (x: Timestamp, y: Timestamp) =>
      durationOf(x.nanoseconds - y.nanoseconds),
    ),
    overload('subtract_uint64', [uint, uint], uint, subtractUints),
  ),
  declareFunction(
    '_*_',
    overload(
      'multiply_double',
      [double, double],
      double,
      double2((x, y) => x * y),
    ),
    overload('multiply_int64', [int, int], int, multiplyInts),
    overload('multiply_uint64', [uint, uint], uint, multiplyUints),
  ),
  declareFunction(
    '_/_',
    overload(
      'divide_double',
      [double, double],
      double,
      double2((x, y) => x / y),
    ),
    overload('divide_int64', [int, int], int, divideInts),
    overload('divide_uint64', [uint, uint], uint, divideUints),
  ),
  declareFunction('_%_', overload('modulo_int64', [int, int], int, moduloInts), overload('modulo_uint64', [uint, uint], uint, moduloUints)),
  declareFunction(
    '-_',
    overload('negate_double', [double], double, (x: Double) => new Double(-x.value)),
    overload('negate_int64', [int], int, negateInt),
  ),
  declareFunction(
    '_[_]',
    overload('index_list', [types.list(a), int], a, unreachable),
    overload('index_map', [types.map(a, b), a], b, unreachable),
    overload('optional_list_index_int', [types.optional(types.list(a)), int], types.optional(a), unreachable),
    overload('optional_map_index_value', [types.optional(types.map(a, b)), a], types.optional(b), unreachable),
  ),
  declareFunction(
    '_[?_]',
    overload('list_optindex_optional_int', [types.list(a), int], types.optional(a), unreachable),
    overload('optional_list_optindex_optional_int', [types.optional(types.list(a)), int], types.optional(a), unreachable),
    overload('map_optindex_optional_value', [types.map(a, b), a], types.optional(b), unreachable),
    overload('optional_map_optindex_optional_value', [types.optional(types.map(a, b)), a], types.optional(b), unreachable),
  ),
  declareFunction(
    '@in',
    overload('in_list', [a, types.list(a)], bool, inList),
    overload('in_map', [a, types.map(a, b)], bool, (key: Value, map: MapValue) => map.get(key) !== undefined),
  ),
  declareFunction(
    'dyn',
    overload('to_dyn', [a], dyn, (value: Value) => value),
  ),
];
