import { type FieldError, forbiddenField, invalid, matchesLabels, notSupported, required, selectorOf } from '@kajitori/apimachinery';
import { validatePodTemplate } from '../../core/pod-template-validation.ts';
import { immutableField, sameValue } from '../../meta/immutable.ts';
import { nonNegative } from '../../meta/numbers.ts';
import { validateLabelSelector } from '../../meta/validate-labels.ts';
import { jobLabels } from './job-defaults.ts';
import type { Job, JobSpec } from './job.ts';
import { validatePodFailurePolicy, validateSuccessPolicy } from './validate-job-policies.ts';

/** What an index of an Indexed job may count to. */
const parallelismMaxIndexed = 100_000;

export function validateJob(job: Job): FieldError[] {
  return [...validateGeneratedSelector(job), ...validateJobSpec(job.spec, 'spec'), ...selectorMatches(job.spec, 'spec')];
}

function selectorMatches(spec: JobSpec, field: string): FieldError[] {
  if (spec.selector === undefined) return [required(`${field}.selector`)];
  const wrong = validateLabelSelector(spec.selector, `${field}.selector`);
  if (wrong.length > 0) return wrong;
  const labels = spec.template.metadata?.labels;
  return matchesLabels(selectorOf(spec.selector) ?? [], labels)
    ? []
    : [invalid(`${field}.template.metadata.labels`, labels ?? null, '`selector` does not match template `labels`')];
}

/** Labels under the names that we generate must say what we would have said. */
function validateGeneratedSelector({ metadata, spec }: Job): FieldError[] {
  if (spec.manualSelector === true) return [];
  const labels = spec.template.metadata?.labels ?? {};
  const expected: Record<string, string> = {
    [jobLabels.legacyControllerUid]: metadata.uid ?? '',
    [jobLabels.controllerUid]: metadata.uid ?? '',
    [jobLabels.legacyJobName]: metadata.name ?? '',
    [jobLabels.jobName]: metadata.name ?? '',
  };
  const errors = Object.entries(expected).flatMap(([key, value]) =>
    labels[key] === value ? [] : [invalid(`spec.template.metadata.labels[${key}]`, labels[key] ?? '', `must be '${value}'`)],
  );
  if (!sameValue(spec.selector, { matchLabels: { [jobLabels.controllerUid]: metadata.uid ?? '' } }) && !onlyUid(spec)) {
    errors.push(invalid('spec.selector', spec.selector, '`selector` not auto-generated'));
  }
  return errors;
}

/** Jobs of older clusters select by the old name of the label. */
function onlyUid({ selector }: JobSpec): boolean {
  const keys = Object.keys(selector?.matchLabels ?? {});
  return keys.length === 1 && keys[0] === jobLabels.legacyControllerUid && (selector?.matchExpressions ?? []).length === 0;
}

/** For jobs, and for the template of a CronJob, whose selector nobody has generated yet. */
export function validateJobSpec(spec: JobSpec, field: string): FieldError[] {
  const { restartPolicy } = spec.template.spec;
  const errors: FieldError[] = (
    [
      'parallelism',
      'completions',
      'activeDeadlineSeconds',
      'backoffLimit',
      'ttlSecondsAfterFinished',
      'backoffLimitPerIndex',
      'maxFailedIndexes',
    ] as const
  ).flatMap((key) => nonNegative(`${field}.${key}`, spec[key]));
  errors.push(...(spec.completionMode === 'Indexed' ? validateIndexed(spec, field) : onlyForIndexed(spec, field)));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  errors.push(
    ...validatePodFailurePolicy(spec, field),
    ...validateSuccessPolicy(spec, field),
    ...validatePodTemplate(spec.template, `${field}.template`),
  );
  const path = `${field}.template.spec.restartPolicy`;
  // The default of pods, which a job cannot use: whoever left it away has to choose.
  if (restartPolicy === 'Always') errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  if (spec.podFailurePolicy !== undefined && restartPolicy !== 'Never') {
    errors.push(invalid(path, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
  if (spec.backoffLimitPerIndex !== undefined && restartPolicy !== 'Never') {
    errors.push(invalid(path, restartPolicy, 'must be Never when backoffLimitPerIndex is specified'));
  }
  if (spec.podFailurePolicy !== undefined && spec.podReplacementPolicy === 'TerminatingOrFailed') {
    errors.push(notSupported(`${field}.podReplacementPolicy`, spec.podReplacementPolicy, ['Failed']));
  }
  return errors;
}

function validateIndexed(spec: JobSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.completions === undefined) errors.push(required(`${field}.completions`, 'when completion mode is Indexed'));
  if ((spec.parallelism ?? 0) > parallelismMaxIndexed) {
    errors.push(
      invalid(
        `${field}.parallelism`,
        spec.parallelism,
        `must be less than or equal to ${parallelismMaxIndexed} when completion mode is Indexed`,
      ),
    );
  }
  if (spec.maxFailedIndexes !== undefined && spec.completions !== undefined && spec.maxFailedIndexes > spec.completions) {
    errors.push(invalid(`${field}.maxFailedIndexes`, spec.maxFailedIndexes, 'must be less than or equal to completions'));
  }
  return errors;
}

function onlyForIndexed(spec: JobSpec, field: string): FieldError[] {
  return (['backoffLimitPerIndex', 'maxFailedIndexes'] as const).flatMap((key) =>
    spec[key] === undefined ? [] : [invalid(`${field}.${key}`, spec[key], 'requires indexed completion mode')],
  );
}

export function validateJobUpdate({ spec }: Job, { spec: old, status }: Job): FieldError[] {
  return [
    ...validateCompletions(spec, old),
    ...immutableField('spec.selector', spec.selector, old.selector),
    ...validateTemplateUpdate(spec, old, status?.startTime === undefined || spec.suspend === true),
    ...(['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const).flatMap((key) =>
      immutableField(`spec.${key}`, spec[key], old[key]),
    ),
  ];
}

/** An Indexed job may grow or shrink, if parallelism goes with it. */
function validateCompletions(spec: JobSpec, old: JobSpec): FieldError[] {
  if (spec.completions === old.completions) return [];
  if (spec.completionMode !== 'Indexed') return immutableField('spec.completions', spec.completions, old.completions);
  if (old.completions === undefined || spec.completions === undefined)
    return [invalid('spec.completions', spec.completions, 'cannot be changed from nil or to nil')];
  return spec.completions === spec.parallelism
    ? []
    : [invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism')];
}

/** Where pods go may still change while none has started. */
function validateTemplateUpdate(spec: JobSpec, old: JobSpec, notStarted: boolean): FieldError[] {
  if (!notStarted || old.suspend !== true) return immutableField('spec.template', spec.template, old.template);
  const { nodeSelector, affinity, tolerations, schedulingGates } = spec.template.spec;
  const movable = Object.fromEntries(
    Object.entries({ nodeSelector, affinity, tolerations, schedulingGates }).filter(([, value]) => value !== undefined),
  );
  const { nodeSelector: _n, affinity: _a, tolerations: _t, schedulingGates: _g, ...rest } = old.template.spec;
  const allowed = {
    ...old.template,
    metadata: { ...old.template.metadata, labels: spec.template.metadata?.labels, annotations: spec.template.metadata?.annotations },
    spec: { ...rest, ...movable },
  };
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  return sameValue(plain(spec.template), plain(allowed)) ? [] : [invalid('spec.template', spec.template, 'field is immutable')];
}

export function validateJobStatus({ status = {} }: Job): FieldError[] {
  const errors = (['active', 'succeeded', 'failed', 'ready', 'terminating'] as const).flatMap((key) =>
    nonNegative(`status.${key}`, status[key]),
  );
  const finished = (type: string): boolean => status.conditions?.some((one) => one.type === type && one.status === 'True') === true;
  if (finished('Complete') && finished('Failed'))
    errors.push(forbiddenField('status.conditions', 'cannot set Complete=True and Failed=true conditions'));
  if (status.completionTime !== undefined && !finished('Complete')) {
    errors.push(
      invalid('status.completionTime', status.completionTime, 'cannot set completionTime when there is no Complete=True condition'),
    );
  }
  return errors;
}
