/** Functions on numbers. `math.greatest` and `math.least` come here as `math.@max` and `math.@min`, with one argument or two. */
import { EvaluationError } from '../errors.ts';
import { declareFunction, type FunctionDeclaration, type Library, overload, type Overload } from '../functions/declaration.ts';
import { type Type, types } from '../types/type.ts';
import { compare } from '../values/compare.ts';
import { negateInt, toInt, uint64Max } from '../values/int.ts';
import { itemsOf } from '../values/lists.ts';
import { Double, type Int, type ListValue, Uint, type Value } from '../values/value.ts';

const { bool, double, dyn, int, uint } = types;
const numeric: readonly [string, Type][] = [
  ['int', int],
  ['uint', uint],
  ['double', double],
];

function extreme(sign: number): FunctionDeclaration {
  const words = sign > 0 ? 'max' : 'min';
  const pick = (a: Value, b: Value): Value => (compare(b, a) * sign > 0 ? b : a);
  const ofList = (list: ListValue): Value => {
    let best: Value | undefined;
    for (const item of itemsOf(list)) best = best === undefined ? item : pick(best, item);
    if (best === undefined) throw new EvaluationError(`math.@${words}(list) argument must not be empty`);
    return best;
  };
  return declareFunction(
    `math.@${words}`,
    ...numeric.map(([type, of]) => overload(`math_@${words}_${type}`, [of], of, (value: Value) => value)),
    ...numeric.flatMap(([a, typeA]) =>
      numeric.map(([b, typeB]) => overload(`math_@${words}_${a}_${b}`, [typeA, typeB], a === b ? typeA : dyn, pick)),
    ),
    ...numeric.map(([type, of]) => overload(`math_@${words}_list_${type}`, [types.list(of)], of, ofList)),
  );
}

const rounding: readonly [string, (value: number) => number][] = [
  ['ceil', Math.ceil],
  ['floor', Math.floor],
  ['trunc', Math.trunc],
  // Half away from zero, where JavaScript's rounds half up.
  ['round', (value) => Math.sign(value) * Math.round(Math.abs(value))],
];

const tests: readonly [string, (value: number) => boolean][] = [
  ['isInf', (value) => Math.abs(value) === Infinity],
  ['isNaN', Number.isNaN],
  ['isFinite', Number.isFinite],
];

function absInt(value: Int): Int {
  return value < 0 ? negateInt(value) : value;
}

function signedInt(value: bigint): Int {
  return toInt(BigInt.asIntN(64, value)) as Int;
}

function bitwise(name: string, apply: (a: bigint, b: bigint) => bigint): FunctionDeclaration {
  return declareFunction(
    `math.${name}`,
    overload(`math_${name}_int_int`, [int, int], int, (a: Int, b: Int) => signedInt(apply(BigInt(a), BigInt(b)))),
    overload(`math_${name}_uint_uint`, [uint, uint], uint, (a: Uint, b: Uint) => new Uint(apply(a.value, b.value))),
  );
}

/** Shifts by 64 bits and more leave nothing. */
function shift(name: string, apply: (value: bigint, bits: bigint) => bigint): FunctionDeclaration {
  const run = (value: bigint, bits: Int): bigint => {
    if (bits < 0) throw new EvaluationError(`math.${name}() negative offset: ${bits}`);
    return bits >= 64 ? 0n : BigInt.asUintN(64, apply(BigInt.asUintN(64, value), BigInt(bits)));
  };
  return declareFunction(
    `math.${name}`,
    overload(`math_${name}_int_int`, [int, int], int, (value: Int, bits: Int) => signedInt(run(BigInt(value), bits))),
    overload(`math_${name}_uint_int`, [uint, int], uint, (value: Uint, bits: Int) => new Uint(run(value.value, bits))),
  );
}

function perType(name: string, ofInt: Overload['evaluate'], ofUint: Overload['evaluate'], ofDouble: Overload['evaluate']) {
  return declareFunction(
    `math.${name}`,
    overload(`math_${name}_double`, [double], double, ofDouble),
    overload(`math_${name}_int`, [int], int, ofInt),
    overload(`math_${name}_uint`, [uint], uint, ofUint),
  );
}

const sqrt = (value: number): Double => new Double(Math.sqrt(value));

const functions: readonly FunctionDeclaration[] = [
  extreme(1),
  extreme(-1),
  ...rounding.map(([name, apply]) =>
    declareFunction(
      `math.${name}`,
      overload(`math_${name}_double`, [double], double, ({ value }: Double) => new Double(apply(value))),
    ),
  ),
  ...tests.map(([name, holds]) =>
    declareFunction(
      `math.${name}`,
      overload(`math_${name}_double`, [double], bool, ({ value }: Double) => holds(value)),
    ),
  ),
  perType(
    'abs',
    absInt,
    (value: Uint) => value,
    ({ value }: Double) => new Double(Math.abs(value)),
  ),
  perType(
    'sign',
    (value: Int) => (value > 0 ? 1 : value < 0 ? -1 : 0),
    ({ value }: Uint) => new Uint(value > 0n ? 1n : 0n),
    ({ value }: Double) => new Double(Math.sign(value)),
  ),
  declareFunction(
    'math.sqrt',
    overload('math_sqrt_double', [double], double, ({ value }: Double) => sqrt(value)),
    overload('math_sqrt_int', [int], double, (value: Int) => sqrt(Number(value))),
    overload('math_sqrt_uint', [uint], double, ({ value }: Uint) => sqrt(Number(value))),
  ),
  bitwise('bitAnd', (a, b) => a & b),
  bitwise('bitOr', (a, b) => a | b),
  bitwise('bitXor', (a, b) => a ^ b),
  declareFunction(
    'math.bitNot',
    overload('math_bitNot_int_int', [int], int, (value: Int) => signedInt(~BigInt(value))),
    overload('math_bitNot_uint_uint', [uint], uint, ({ value }: Uint) => new Uint(uint64Max - value)),
  ),
  shift('bitShiftLeft', (value, bits) => value << bits),
  shift('bitShiftRight', (value, bits) => value >> bits),
];

export const mathLibrary: Library = { name: 'math', functions };
