/** Ranges of sizes and costs: integers that stop at 2⁶⁴, which stands for no bound. */

export interface Range {
  readonly min: number;
  readonly max: number;
}

export const unbounded = 2 ** 64;

export const unknownSize: Range = { min: 0, max: unbounded };

export function fixed(value: number): Range {
  return { min: value, max: value };
}

export function add(a: Range, b: Range): Range {
  return { min: Math.min(unbounded, a.min + b.min), max: Math.min(unbounded, a.max + b.max) };
}

export function multiply(a: Range, b: Range): Range {
  return { min: Math.min(unbounded, a.min * b.min), max: Math.min(unbounded, a.max * b.max) };
}

/** Rounded up. */
export function scale(a: Range, factor: number): Range {
  return { min: Math.min(unbounded, Math.ceil(a.min * factor)), max: Math.min(unbounded, Math.ceil(a.max * factor)) };
}

export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
