import { type FieldError, forbiddenField, invalid, labelValueError, qualifiedNameError, required, tooLong } from '@kajitori/apimachinery';
import type { LabelSelector, LabelSelectorRequirement } from './label-selector.ts';

/** All annotations of an object together, keys included. */
export const annotationsBytesMax = 256 * 1024;

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => labelKey(key, field).concat(labelValue(value, field)));
}

export function labelKey(key: string, field: string): FieldError[] {
  const wrong = qualifiedNameError(key);
  return wrong === undefined ? [] : [invalid(field, key, wrong)];
}

export function labelValue(value: string, field: string): FieldError[] {
  const wrong = labelValueError(value);
  return wrong === undefined ? [] : [invalid(field, value, wrong)];
}

export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  // Keys may carry upper case in the prefix; the rule is that of labels after lowering.
  const errors = entries.flatMap(([key]) => {
    const wrong = qualifiedNameError(key.toLowerCase());
    return wrong === undefined ? [] : [invalid(field, key, wrong)];
  });
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return bytes > annotationsBytesMax ? [...errors, tooLong(field, annotationsBytesMax)] : errors;
}

/** `metav1.LabelSelector`: keys, values, and values that fit their operator. */
export function validateLabelSelector(selector: LabelSelector | undefined, field: string): FieldError[] {
  if (selector === undefined) return [];
  return [
    ...validateLabels(selector.matchLabels, `${field}.matchLabels`),
    ...(selector.matchExpressions ?? []).flatMap((one, index) => validateExpression(one, `${field}.matchExpressions[${index}]`)),
  ];
}

function validateExpression({ key, operator, values = [] }: LabelSelectorRequirement, path: string): FieldError[] {
  return [
    ...labelKey(key, `${path}.key`),
    ...operatorFitsValues(operator, values, path),
    ...values.flatMap((value, at) => labelValue(value, `${path}.values[${at}]`)),
  ];
}

function operatorFitsValues(operator: string, values: readonly string[] | undefined, path: string): FieldError[] {
  const given = (values ?? []).length > 0;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return given ? [] : [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return given ? [forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")] : [];
    default:
      return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

/** A selector that matches everything would take what is not its own. */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0;
}
