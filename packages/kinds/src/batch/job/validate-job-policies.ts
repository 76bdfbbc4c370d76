import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from '@kajitori/apimachinery';
import type { JobSpec, PodFailurePolicyRule } from './job.ts';

const rulesMax = 20;
const exitCodesMax = 255;
const conditionsMax = 20;

/** Rules that say which failures of a pod count, and how. */
export function validatePodFailurePolicy(spec: JobSpec, field: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules;
  if (rules === undefined) return [];
  const path = `${field}.podFailurePolicy.rules`;
  const containers = new Set([...spec.template.spec.containers, ...(spec.template.spec.initContainers ?? [])].map(({ name }) => name));
  return [
    ...(rules.length > rulesMax ? [tooMany(path, rules.length, rulesMax)] : []),
    ...rules.flatMap((rule, index) => validateRule(rule, containers, spec, `${path}[${index}]`)),
  ];
}

function validateRule(rule: PodFailurePolicyRule, containers: ReadonlySet<string>, spec: JobSpec, path: string): FieldError[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
  const errors: FieldError[] = actions.includes(action) ? [] : [notSupported(`${path}.action`, action, actions)];
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
    errors.push(invalid(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  if (onExitCodes === undefined && onPodConditions.length === 0)
    errors.push(invalid(path, rule, 'specifying one of OnExitCodes and OnPodConditions is required'));
  if (onExitCodes !== undefined && onPodConditions.length > 0)
    errors.push(invalid(path, rule, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (onExitCodes !== undefined) errors.push(...validateExitCodes(onExitCodes, containers, `${path}.onExitCodes`));
  if (onPodConditions.length > conditionsMax) errors.push(tooMany(`${path}.onPodConditions`, onPodConditions.length, conditionsMax));
  for (const [index, { type, status }] of onPodConditions.entries()) {
    if (type === '') errors.push(required(`${path}.onPodConditions[${index}].type`));
    if (status !== undefined && !['False', 'True', 'Unknown'].includes(status)) {
      errors.push(notSupported(`${path}.onPodConditions[${index}].status`, status, ['False', 'True', 'Unknown']));
    }
  }
  return errors;
}

function validateExitCodes(
  codes: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  containers: ReadonlySet<string>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = ['In', 'NotIn'].includes(codes.operator)
    ? []
    : [notSupported(`${path}.operator`, codes.operator, ['In', 'NotIn'])];
  if (codes.containerName !== undefined && !containers.has(codes.containerName)) {
    errors.push(
      invalid(`${path}.containerName`, codes.containerName, 'must be one of the container or initContainer names in the pod template'),
    );
  }
  if (codes.values.length === 0) errors.push(invalid(`${path}.values`, codes.values, 'at least one value is required'));
  if (codes.values.length > exitCodesMax) errors.push(tooMany(`${path}.values`, codes.values.length, exitCodesMax));
  const sorted = codes.values.every((value, index) => index === 0 || (codes.values[index - 1] ?? 0) <= value);
  if (!sorted) errors.push(invalid(`${path}.values`, codes.values, 'must be ordered'));
  for (const [index, value] of codes.values.entries()) {
    if (codes.values.indexOf(value) < index) errors.push(duplicate(`${path}.values[${index}]`, value));
    if (codes.operator === 'In' && value === 0)
      errors.push(invalid(`${path}.values[${index}]`, value, 'must not be 0 for the In operator'));
  }
  return errors;
}

/** Rules that say when enough indexes have succeeded. */
export function validateSuccessPolicy(spec: JobSpec, field: string): FieldError[] {
  if (spec.successPolicy === undefined) return [];
  const path = `${field}.successPolicy`;
  if (spec.completionMode !== 'Indexed') return [invalid(path, spec.successPolicy, 'requires indexed completion mode')];
  const rules = spec.successPolicy.rules;
  if (rules.length === 0) return [required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified')];
  return [
    ...(rules.length > rulesMax ? [tooMany(`${path}.rules`, rules.length, rulesMax)] : []),
    ...rules.flatMap(({ succeededCount, succeededIndexes }, index) => {
      const rule = `${path}.rules[${index}]`;
      if (succeededCount === undefined && succeededIndexes === undefined)
        return [required(rule, 'at least one of succeededCount or succeededIndexes must be specified')];
      if (succeededCount !== undefined && (succeededCount < 1 || succeededCount > (spec.completions ?? 0))) {
        return [
          invalid(`${rule}.succeededCount`, succeededCount, `must be between 1 and ${spec.completions ?? 0}, the number of completions`),
        ];
      }
      return succeededIndexes !== undefined && !isIndexList(succeededIndexes, spec.completions ?? 0)
        ? [
            invalid(
              `${rule}.succeededIndexes`,
              succeededIndexes,
              'error parsing succeededIndexes: must be ordered intervals below completions',
            ),
          ]
        : [];
    }),
  ];
}

/** `0,2-4,7`: ascending, without overlap, each below `completions`. */
function isIndexList(text: string, completions: number): boolean {
  let last = -1;
  return text.split(',').every((part) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) return false;
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    const fits = from > last && to >= from && to < completions;
    last = to;
    return fits;
  });
}
