/** Quantities: `quantity('1.5Gi').isLessThan(quantity('2Gi'))`. */
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, type Quantity } from '@kajitori/apimachinery';
import { EvaluationError } from '../errors.ts';
import { declareFunction, type Library, member, overload } from '../functions/declaration.ts';
import { types } from '../types/type.ts';
import { toInt } from '../values/int.ts';
import { Double, type Int, OpaqueValue } from '../values/value.ts';

const { bool, double, int, string } = types;
const nano = 1_000_000_000n;

export const quantityType = types.opaque('kubernetes.Quantity');

export class QuantityValue extends OpaqueValue {
  readonly type = quantityType;
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof QuantityValue && other.quantity.nanos === this.quantity.nanos;
  }

  override toString(): string {
    return formatQuantity(this.quantity);
  }
}

function quantityOf(text: string): QuantityValue {
  const quantity = parseQuantity(text);
  if (quantity === undefined) {
    throw new EvaluationError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
  return new QuantityValue(quantity);
}

function ofInt(value: Int): Quantity {
  return { nanos: BigInt(value) * nano, format: 'DecimalExponent' };
}

const negated = ({ nanos, format }: Quantity): Quantity => ({ nanos: -nanos, format });

function wholeOf({ quantity }: QuantityValue): Int | undefined {
  return quantity.nanos % nano === 0n ? toInt(quantity.nanos / nano) : undefined;
}

function asInteger(value: QuantityValue): Int {
  const whole = wholeOf(value);
  if (whole === undefined) throw new EvaluationError('cannot convert value to integer');
  return whole;
}

function asApproximateFloat({ quantity: { nanos } }: QuantityValue): Double {
  return new Double(Number(nanos / nano) + Number(nanos % nano) / 1e9);
}

const order = (a: QuantityValue, b: QuantityValue): number => compareQuantities(a.quantity, b.quantity);
const sign = ({ quantity }: QuantityValue): number => (quantity.nanos > 0n ? 1 : quantity.nanos < 0n ? -1 : 0);

function sum(a: QuantityValue, b: Quantity): QuantityValue {
  return new QuantityValue(addQuantities(a.quantity, b));
}

export const quantityLibrary: Library = {
  name: 'quantity',
  types: [quantityType],
  functions: [
    declareFunction('quantity', overload('string_to_quantity', [string], quantityType, quantityOf)),
    declareFunction(
      'isQuantity',
      overload('is_quantity_string', [string], bool, (text: string) => parseQuantity(text) !== undefined),
    ),
    declareFunction(
      'sign',
      overload('quantity_sign', [quantityType], int, sign),
      member('quantity_member_sign', [quantityType], int, sign),
    ),
    declareFunction(
      'isGreaterThan',
      member('quantity_is_greater_than', [quantityType, quantityType], bool, (a: QuantityValue, b: QuantityValue) => order(a, b) > 0),
    ),
    declareFunction(
      'isLessThan',
      member('quantity_is_less_than', [quantityType, quantityType], bool, (a: QuantityValue, b: QuantityValue) => order(a, b) < 0),
    ),
    declareFunction('compareTo', member('quantity_compare_to', [quantityType, quantityType], int, order)),
    declareFunction('asApproximateFloat', member('quantity_get_float', [quantityType], double, asApproximateFloat)),
    declareFunction('asInteger', member('quantity_get_int', [quantityType], int, asInteger)),
    declareFunction(
      'isInteger',
      member('quantity_is_integer', [quantityType], bool, (value: QuantityValue) => wholeOf(value) !== undefined),
    ),
    declareFunction(
      'add',
      member('quantity_add', [quantityType, quantityType], quantityType, (a: QuantityValue, b: QuantityValue) => sum(a, b.quantity)),
      member('quantity_add_int', [quantityType, int], quantityType, (a: QuantityValue, b: Int) => sum(a, ofInt(b))),
    ),
    declareFunction(
      'sub',
      member('quantity_sub', [quantityType, quantityType], quantityType, (a: QuantityValue, b: QuantityValue) =>
        sum(a, negated(b.quantity)),
      ),
      member('quantity_sub_int', [quantityType, int], quantityType, (a: QuantityValue, b: Int) => sum(a, negated(ofInt(b)))),
    ),
  ],
};
