import { canonicalQuantity } from '@kajitori/apimachinery';
import type { Schema } from '../schema.ts';
import { canonicalMicroTime, canonicalTime } from './canonical-time.ts';
import type { NormalizeRun } from './findings.ts';
import { goType, jsonType } from './go-type.ts';

/** Gives the value as the API keeps it, and reports one that its type cannot hold. */
export type Normalize = (value: unknown, run: NormalizeRun) => unknown;

const int32Max = 2 ** 31 - 1;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Scalars, and the named types that are one in JSON. Undefined for objects and lists. */
export function scalarNormalizer(schema: Schema): Normalize | undefined {
  switch (schema.codec) {
    case 'time':
      return text(
        canonicalTime,
        (value) => `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse it as RFC 3339`,
      );
    case 'microTime':
      return text(
        canonicalMicroTime,
        (value) => `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse it as RFC 3339`,
      );
    case 'quantity':
      return quantity;
    case 'intOrString':
      return intOrString;
    default:
  }
  if (schema.type === 'integer') return integer(schema);
  if (schema.type === 'string' && schema.format === 'byte') return bytes;
  if (schema.type === 'string' || schema.type === 'number' || schema.type === 'boolean') return plain(schema.type, goType(schema));
  return undefined;
}

function plain(type: 'string' | 'number' | 'boolean', expected: string): Normalize {
  return (value, run) => {
    if (typeof value !== type) run.wrongType(jsonType(value), expected);
    return value;
  };
}

/**
 * Between -2⁵³ and 2⁵³ a number says its integer exactly; what int64 holds beyond is refused, since it would be stored
 * as another number than the one sent.
 */
function integer(schema: Schema): Normalize {
  const expected = goType(schema);
  const max = schema.format === 'int32' ? int32Max : Number.MAX_SAFE_INTEGER;
  const min = schema.format === 'int32' ? -int32Max - 1 : Number.MIN_SAFE_INTEGER;
  return (value, run) => {
    if (typeof value !== 'number') run.wrongType(jsonType(value), expected);
    else if (!Number.isInteger(value) || value > max || value < min) run.wrongType(`number ${value}`, expected);
    return value;
  };
}

function text(canonical: (value: string) => string | undefined, message: (value: string) => string): Normalize {
  return (value, run) => {
    if (typeof value !== 'string') {
      run.wrongType(jsonType(value), 'string');
      return value;
    }
    const form = canonical(value);
    if (form === undefined) run.unreadable(message(value));
    return form ?? value;
  };
}

const quantity: Normalize = (value, run) => {
  const form = typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : undefined;
  if (form === undefined) run.unreadable("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return form ?? value;
};

const intOrString: Normalize = (value, run) => {
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || value > int32Max || value < -int32Max - 1) run.wrongType(`number ${value}`, 'int32');
  } else if (typeof value !== 'string') run.wrongType(jsonType(value), 'string');
  return value;
};

const bytes: Normalize = (value, run) => {
  if (typeof value !== 'string') {
    run.wrongType(jsonType(value), '[]uint8');
    return value;
  }
  // Go's decoder skips line ends, which YAML block scalars bring.
  const packed = value.includes('\n') || value.includes('\r') ? value.replaceAll(/[\r\n]/g, '') : value;
  if (packed.length % 4 !== 0 || !base64.test(packed)) run.unreadable(`illegal base64 data at input byte ${firstIllegal(packed)}`);
  return packed;
};

function firstIllegal(value: string): number {
  const at = value.search(/[^A-Za-z0-9+/]/);
  return at === -1 ? value.length - (value.length % 4) : at;
}
