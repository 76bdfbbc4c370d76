import { type FieldError, invalid, notSupported, required } from '@kajitori/apimachinery';
import { scheduleError, timeZoneError } from '@kajitori/schedules';
import { nonNegative } from '../../meta/numbers.ts';
import { validateAnnotations, validateLabels } from '../../meta/validate-labels.ts';
import { validateJobSpec } from '../job/validate-job.ts';
import type { CronJob, CronJobSpec } from './cron-job.ts';

/** A job's name is the CronJob's with eleven characters for the time, and names of jobs have 63. */
const nameLengthMax = 52;

export function validateCronJob({ metadata, spec }: CronJob): FieldError[] {
  const template = spec.jobTemplate;
  const field = 'spec.jobTemplate';
  return [
    ...validateSchedule(spec),
    ...(['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const).flatMap((key) =>
      nonNegative(`spec.${key}`, spec[key]),
    ),
    ...validateLabels(template.metadata?.labels, `${field}.metadata.labels`),
    ...validateAnnotations(template.metadata?.annotations, `${field}.metadata.annotations`),
    // Each job's selector is generated when the job is made.
    ...(template.spec.manualSelector === true ? [notSupported(`${field}.spec.manualSelector`, true, ['nil', 'false'])] : []),
    ...(template.spec.selector === undefined
      ? []
      : [invalid(`${field}.spec.selector`, template.spec.selector, '`selector` will be auto-generated')]),
    ...validateJobSpec(template.spec, `${field}.spec`),
    ...((metadata.name ?? '').length > nameLengthMax
      ? [invalid('metadata.name', metadata.name, 'must be no more than 52 characters')]
      : []),
  ];
}

function validateSchedule({ schedule, timeZone }: CronJobSpec): FieldError[] {
  if (schedule === '') return [required('spec.schedule')];
  const wrong = scheduleError(schedule);
  const zone = timeZone === undefined ? undefined : timeZoneError(timeZone);
  return [
    ...(wrong === undefined ? [] : [invalid('spec.schedule', schedule, wrong)]),
    ...(zone === undefined ? [] : [invalid('spec.timeZone', timeZone, zone)]),
  ];
}
