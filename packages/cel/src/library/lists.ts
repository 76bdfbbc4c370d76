/** Functions on lists, and on lists as sets. */
import { CostLimitError, EvaluationError } from '../errors.ts';
import { declareFunction, type FunctionDeclaration, type Library, member, overload } from '../functions/declaration.ts';
import { inList } from '../functions/operators.ts';
import { type Type, types } from '../types/type.ts';
import { compare, equal } from '../values/compare.ts';
import { durationOf } from '../values/instants.ts';
import { addInts, addUints } from '../values/int.ts';
import { itemsOf, toArray } from '../values/lists.ts';
import { ArrayList, Double, Duration, type Int, ListValue, typeOf, Uint, type Value } from '../values/value.ts';

const { bool, bytes, double, duration, dyn, int, string, timestamp, uint } = types;
const t = types.param('T');
const listT = types.list(t);

const comparable: readonly [string, Type][] = [
  ['int', int],
  ['uint', uint],
  ['double', double],
  ['bool', bool],
  ['duration', duration],
  ['timestamp', timestamp],
  ['string', string],
  ['bytes', bytes],
];

/** The most numbers that `lists.range` makes: its cost is known only by what it makes. */
const rangeMax = 1_000_000;

function isSorted(list: ListValue): boolean {
  let previous: Value | undefined;
  for (const item of itemsOf(list)) {
    if (previous !== undefined && compare(previous, item) > 0) return false;
    previous = item;
  }
  return true;
}

function extreme(name: string, sign: number) {
  return (list: ListValue): Value => {
    let best: Value | undefined;
    for (const item of itemsOf(list)) if (best === undefined || compare(item, best) * sign > 0) best = item;
    if (best === undefined) throw new EvaluationError(`${name} called on empty list`);
    return best;
  };
}

function sum(zero: Value, add: (a: never, b: never) => Value) {
  return (list: ListValue): Value => {
    let total = zero;
    for (const item of itemsOf(list)) total = add(total as never, item as never);
    return total;
  };
}

const sums: readonly [string, Type, Value, (a: never, b: never) => Value][] = [
  ['int', int, 0, (a: Int, b: Int) => addInts(a, b)],
  ['uint', uint, new Uint(0n), (a: Uint, b: Uint) => addUints(a, b)],
  ['double', double, new Double(0), (a: Double, b: Double) => new Double(a.value + b.value)],
  ['duration', duration, new Duration(0n), (a: Duration, b: Duration) => durationOf(a.nanoseconds + b.nanoseconds)],
];

function indexOf(list: ListValue, item: Value): number {
  for (let index = 0; index < list.size; index++) if (equal(list.at(index), item)) return index;
  return -1;
}

function lastIndexOf(list: ListValue, item: Value): number {
  for (let index = list.size - 1; index >= 0; index--) if (equal(list.at(index), item)) return index;
  return -1;
}

function slice(list: ListValue, start: Int, end: Int): ListValue {
  const words = `cannot slice(${start}, ${end}), `;
  if (start < 0 || end < 0) throw new EvaluationError(`${words}negative indexes not supported`);
  if (start > end) throw new EvaluationError(`${words}start index must be less than or equal to end index`);
  if (list.size < end) throw new EvaluationError(`${words}list is length ${list.size}`);
  const items: Value[] = [];
  for (let index = Number(start); index < Number(end); index++) items.push(list.at(index));
  return new ArrayList(items);
}

function flatten(list: ListValue, depth: Int = 1): ListValue {
  if (depth < 0) throw new EvaluationError('level must be non-negative');
  const items: Value[] = [];
  const visit = (nested: ListValue, left: number): void => {
    for (const item of itemsOf(nested)) {
      if (item instanceof ListValue && left > 0) visit(item, left - 1);
      else if (items.push(item) > rangeMax) throw new CostLimitError();
    }
  };
  visit(list, Number(depth));
  return new ArrayList(items);
}

/** Sorts items by keys that stand at the same places in another list. */
function sortByKeys(list: ListValue, keys: ListValue): ListValue {
  const pairs = toArray(list).map((item, index) => ({ item, key: keys.at(index) }));
  const kind = pairs[0] === undefined ? undefined : typeOf(pairs[0].key).kind;
  if (pairs.some(({ key }) => typeOf(key).kind !== kind)) throw new EvaluationError('list elements must have the same type');
  return new ArrayList(pairs.sort((a, b) => compare(a.key, b.key) || 0).map(({ item }) => item));
}

function range(count: Int): ListValue {
  if (count > rangeMax) throw new CostLimitError();
  return new ArrayList(Array.from({ length: Math.max(0, Number(count)) }, (_, index) => index));
}

function distinct(list: ListValue): ListValue {
  const items: Value[] = [];
  for (const item of itemsOf(list)) if (!items.some((each) => equal(each, item))) items.push(item);
  return new ArrayList(items);
}

function containsAll(list: ListValue, part: ListValue): boolean {
  for (const item of itemsOf(part)) if (!inList(item, list)) return false;
  return true;
}

function intersects(a: ListValue, b: ListValue): boolean {
  for (const item of itemsOf(a)) if (inList(item, b)) return true;
  return false;
}

const functions: readonly FunctionDeclaration[] = [
  declareFunction(
    'isSorted',
    ...comparable.map(([name, type]) => member(`list_${name}_is_sorted_bool`, [types.list(type)], bool, isSorted)),
  ),
  declareFunction(
    'sum',
    ...sums.map(([name, type, zero, add]) => member(`list_${name}_sum_${name}`, [types.list(type)], type, sum(zero, add))),
  ),
  declareFunction(
    'max',
    ...comparable.map(([name, type]) => member(`list_${name}_max_${name}`, [types.list(type)], type, extreme('max', 1))),
  ),
  declareFunction(
    'min',
    ...comparable.map(([name, type]) => member(`list_${name}_min_${name}`, [types.list(type)], type, extreme('min', -1))),
  ),
  declareFunction('indexOf', member('list_a_index_of_int', [listT, t], int, indexOf)),
  declareFunction('lastIndexOf', member('list_a_last_index_of_int', [listT, t], int, lastIndexOf)),
  declareFunction('slice', member('list_slice', [listT, int, int], listT, slice)),
  declareFunction(
    'flatten',
    member('list_flatten', [types.list(listT)], listT, flatten),
    member('list_flatten_int', [types.list(dyn), int], types.list(dyn), flatten),
  ),
  declareFunction(
    'sort',
    ...comparable.map(([, type]) =>
      member(`list_${type.name}_sort`, [types.list(type)], types.list(type), (list: ListValue) => sortByKeys(list, list)),
    ),
  ),
  declareFunction(
    '@sortByAssociatedKeys',
    ...comparable.map(([, type]) => member(`list_${type.name}_sortByAssociatedKeys`, [listT, types.list(type)], listT, sortByKeys)),
  ),
  declareFunction('lists.range', overload('lists_range', [int], types.list(int), range)),
  declareFunction(
    'reverse',
    member('list_reverse', [listT], listT, (list: ListValue) => new ArrayList(toArray(list).reverse())),
  ),
  declareFunction('distinct', member('list_distinct', [listT], listT, distinct)),
  declareFunction('sets.contains', overload('list_sets_contains_list', [listT, listT], bool, containsAll)),
  declareFunction(
    'sets.equivalent',
    overload('list_sets_equivalent_list', [listT, listT], bool, (a: ListValue, b: ListValue) => containsAll(a, b) && containsAll(b, a)),
  ),
  declareFunction('sets.intersects', overload('list_sets_intersects_list', [listT, listT], bool, intersects)),
];

export const listLibrary: Library = { name: 'lists', functions };
