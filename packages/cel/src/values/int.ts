/**
 * Integers of 64 bits. The invariant of an int's form, a number when safe and a bigint beyond, is made and kept here.
 */
import { EvaluationError } from '../errors.ts';
import { type Int, Uint } from './value.ts';

export const int64Max = 2n ** 63n - 1n;
export const int64Min = -(2n ** 63n);
export const uint64Max = 2n ** 64n - 1n;

/** Undefined outside 64 bits. */
export function toInt(value: bigint): Int | undefined {
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  return value >= int64Min && value <= int64Max ? value : undefined;
}

function checked(value: bigint): Int {
  const int = toInt(value);
  if (int === undefined) throw new EvaluationError('integer overflow');
  return int;
}

function checkedUint(value: bigint): Uint {
  if (value < 0n || value > uint64Max) throw new EvaluationError('unsigned integer overflow');
  return new Uint(value);
}

export function addInts(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return checked(BigInt(a) + BigInt(b));
}

export function subtractInts(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return checked(BigInt(a) - BigInt(b));
}

export function multiplyInts(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // Adding zero turns −0, which no integer is, into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return checked(BigInt(a) * BigInt(b));
}

export function divideInts(a: Int, b: Int): Int {
  if (b === 0) throw new EvaluationError('division by zero');
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
  return checked(BigInt(a) / BigInt(b));
}

export function moduloInts(a: Int, b: Int): Int {
  if (b === 0) throw new EvaluationError('modulus by zero');
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  // The division that goes with it overflows.
  if (a === int64Min && b === -1) throw new EvaluationError('integer overflow');
  return checked(BigInt(a) % BigInt(b));
}

export function negateInt(a: Int): Int {
  return typeof a === 'number' ? 0 - a : checked(-a);
}

export const addUints = (a: Uint, b: Uint): Uint => checkedUint(a.value + b.value);
export const subtractUints = (a: Uint, b: Uint): Uint => checkedUint(a.value - b.value);
export const multiplyUints = (a: Uint, b: Uint): Uint => checkedUint(a.value * b.value);

export function divideUints(a: Uint, b: Uint): Uint {
  if (b.value === 0n) throw new EvaluationError('division by zero');
  return new Uint(a.value / b.value);
}

export function moduloUints(a: Uint, b: Uint): Uint {
  if (b.value === 0n) throw new EvaluationError('modulus by zero');
  return new Uint(a.value % b.value);
}
