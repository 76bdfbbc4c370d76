/** Optional values: what `.?` and `[?]` give. */
import { EvaluationError } from '../errors.ts';
import { declareFunction, type Library, member, overload } from '../functions/declaration.ts';
import { types } from '../types/type.ts';
import { Double, Duration, ListValue, MapValue, OptionalValue, Timestamp, Uint, type Value } from '../values/value.ts';
import { itemsOf } from '../values/lists.ts';
import { ArrayList } from '../values/value.ts';

const v = types.param('V');
const optional = types.optional(v);

function isZero(value: Value): boolean {
  if (value instanceof Double) return value.value === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof ListValue || value instanceof MapValue) return value.size === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Duration) return value.nanoseconds === 0n;
  if (value instanceof Timestamp) return value.nanoseconds === -62_135_596_800_000_000_000n;
  if (value instanceof OptionalValue) return value.value === undefined;
  return value === null || value === 0 || value === '' || value === false;
}

function valueOf({ value }: OptionalValue): Value {
  if (value === undefined) throw new EvaluationError('optional.none() dereference');
  return value;
}

/** The evaluator runs the alternatives itself, for they are evaluated only when they are needed. */
function lazily(): never {
  throw new EvaluationError('no such overload');
}

function unwrap(list: ListValue): Value {
  const present: Value[] = [];
  for (const each of itemsOf(list)) {
    if (!(each instanceof OptionalValue)) throw new EvaluationError('value is not optional');
    if (each.value !== undefined) present.push(each.value);
  }
  return new ArrayList(present);
}

function at(list: ListValue, index: number): Value {
  if (list.size === 0) return OptionalValue.none;
  return new OptionalValue(list.at(index < 0 ? list.size + index : index));
}

export const optionalLibrary: Library = {
  name: 'optional',
  functions: [
    declareFunction(
      'optional.of',
      overload('optional_of', [v], optional, (value: Value) => new OptionalValue(value)),
    ),
    declareFunction(
      'optional.ofNonZeroValue',
      overload('optional_ofNonZeroValue', [v], optional, (value: Value) => (isZero(value) ? OptionalValue.none : new OptionalValue(value))),
    ),
    declareFunction(
      'optional.none',
      overload('optional_none', [], optional, () => OptionalValue.none),
    ),
    declareFunction('value', member('optional_value', [optional], v, valueOf)),
    declareFunction(
      'hasValue',
      member('optional_hasValue', [optional], types.bool, ({ value }: OptionalValue) => value !== undefined),
    ),
    declareFunction('or', member('optional_or_optional', [optional, optional], optional, lazily)),
    declareFunction('orValue', member('optional_orValue_value', [optional, v], v, lazily)),
    declareFunction(
      'first',
      member('list_first', [types.list(v)], optional, (list: ListValue) => at(list, 0)),
    ),
    declareFunction(
      'last',
      member('list_last', [types.list(v)], optional, (list: ListValue) => at(list, -1)),
    ),
    declareFunction('optional.unwrap', overload('optional_unwrap', [types.list(optional)], types.list(v), unwrap)),
    declareFunction('unwrapOpt', member('optional_unwrapOpt', [types.list(optional)], types.list(v), unwrap)),
  ],
};
