import { type FieldError, invalid, type IntOrString } from '@kajitori/apimachinery';

/** Counts and seconds: absent is fine, negative is not. */
export function nonNegative(field: string, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];
}

export function inRange(field: string, value: number | undefined, min: number, max: number): FieldError[] {
  return value !== undefined && (value < min || value > max) ? [invalid(field, value, `must be between ${min} and ${max}, inclusive`)] : [];
}

export function portNumber(field: string, value: number): FieldError[] {
  return inRange(field, value, 1, 65_535);
}

/** A port by number, or by the name that a container gives it. */
export function portNumberOrName(field: string, value: IntOrString): FieldError[] {
  if (typeof value === 'number') return portNumber(field, value);
  return portNameErrors(value).map((detail) => invalid(field, value, detail));
}

/** IANA service names: RFC 6335, section 5.1. */
export function portNameErrors(name: string): string[] {
  const errors: string[] = [];
  if (name.length > 15) errors.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) errors.push('must contain at least one letter (a-z)');
  if (name.includes('--')) errors.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

/** A count, or a percentage such as `25%`. `field` is where it stands. */
export function countOrPercentage(field: string, value: IntOrString | undefined): FieldError[] {
  if (value === undefined) return [];
  if (typeof value === 'number') return nonNegative(field, value);
  if (/^[0-9]+%$/.test(value)) return [];
  return [
    invalid(
      field,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  ];
}

/** Percentages above 100 make no sense where a share of what exists is meant. */
export function atMostWhole(field: string, value: IntOrString | undefined): FieldError[] {
  return typeof value === 'string' && Number(/^([0-9]+)%$/.exec(value)?.[1] ?? 0) > 100
    ? [invalid(field, value, 'must not be greater than 100%')]
    : [];
}
