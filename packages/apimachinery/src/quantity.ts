/**
 * Kubernetes quantities (`500m`, `1.5Gi`, `2e3`) as exact integers of nano-units.
 * Rule: apimachinery `resource.Quantity`; finer than nano rounds up, away from zero.
 */

const binary: Record<string, bigint> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n };
const decimalExponent: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE])|[eE]([+-]?\d{1,4}))?$/;
const lengthMax = 64;
const nano = 1_000_000_000n;

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The value in units of 10⁻⁹. */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** Undefined when the text is not a quantity. Accepts a JSON number, as the API does. */
export function parseQuantity(value: string | number): Quantity | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (text.length > lengthMax) return undefined;
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', binarySuffix, decimalSuffix, exponentText] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  let nanos: bigint;
  if (binarySuffix !== undefined) {
    nanos = ceilDivide(digits * (binary[binarySuffix] ?? 1n) * nano, 10n ** BigInt(fraction.length));
  } else {
    const exponent =
      (exponentText === undefined ? (decimalExponent[decimalSuffix ?? ''] ?? 0) : Number(exponentText)) + 9 - fraction.length;
    if (exponent > 60) return undefined;
    nanos = exponent >= 0 ? digits * 10n ** BigInt(exponent) : ceilDivide(digits, 10n ** BigInt(-exponent));
  }
  const format = binarySuffix !== undefined ? 'BinarySI' : exponentText !== undefined ? 'DecimalExponent' : 'DecimalSI';
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

/** Canonical text: the largest suffix that leaves an integer. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  if (format === 'BinarySI' && nanos % nano === 0n) {
    const value = nanos / nano;
    // Kubernetes writes binary quantities under 1024 without a suffix.
    for (const suffix of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
      const unit = binary[suffix] ?? 1n;
      if (value % unit === 0n) return `${value / unit}${suffix}`;
    }
    return String(value);
  }
  let exponent = -9;
  let value = nanos;
  while (exponent < 18 && value % 1000n === 0n) {
    value /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? String(value) : `${value}e${exponent}`;
  const suffix = Object.entries(decimalExponent).find(([, power]) => power === exponent)?.[0] ?? '';
  return `${value}${suffix}`;
}

/** Canonical form of a quantity's text, or undefined when it is none. */
export function canonicalQuantity(value: string | number): string | undefined {
  const quantity = parseQuantity(value);
  return quantity === undefined ? undefined : formatQuantity(quantity);
}

/** Thousandths, rounded up: how CPU is counted. Zero for an unreadable or absent value. */
export function milliValue(value: string | number | undefined): number {
  const quantity = value === undefined ? undefined : parseQuantity(value);
  return quantity === undefined ? 0 : Number(roundUp(quantity.nanos, 1_000_000n));
}

/** Whole units, rounded up: bytes of memory, counts. Zero for an unreadable or absent value. */
export function unitValue(value: string | number | undefined): number {
  const quantity = value === undefined ? undefined : parseQuantity(value);
  return quantity === undefined ? 0 : Number(roundUp(quantity.nanos, nano));
}

function roundUp(nanos: bigint, unit: bigint): bigint {
  return nanos >= 0n ? ceilDivide(nanos, unit) : -ceilDivide(-nanos, unit);
}

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
}

/** The sum keeps the format of the first term that is not zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format };
}
