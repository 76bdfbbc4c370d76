import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { CronJob } from './cron-job.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';
import { containersOf, selectorColumn } from '../../apps/workload-columns.ts';
import { podWarnings } from '../../core/pod/pod-warnings.ts';
import { ageColumn, countColumn, nameColumn, none, since, textColumn } from '../../meta/columns.ts';
import { defaultJobTemplate } from '../job/job-defaults.ts';
import { validateCronJob } from './validate-cron-job.ts';

export const cronJobs: Kind<CronJob> = {
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  schema: CronJob,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'batch/v1/CronJob', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    defaults: ({ spec }) => defaultJobTemplate(spec.jobTemplate.spec),
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    validate: validateCronJob,
    warnings: ({ spec }) => podWarnings(spec.jobTemplate.spec.template, 'spec.jobTemplate.spec.template'),
    allowUnconditionalUpdate: true,
    defaultPropagation: 'Background',
  },
  columns: [
    nameColumn,
    textColumn('Schedule', 'When it runs, as a cron expression.', ({ spec }) => spec.schedule),
    textColumn('Timezone', 'Time zone in which the schedule is read.', ({ spec }) => spec.timeZone ?? none),
    textColumn('Suspend', 'Whether it starts no new jobs.', ({ spec }) => (spec.suspend === true ? 'True' : 'False')),
    countColumn('Active', 'Jobs of it that run now.', ({ status }) => status?.active?.length ?? 0),
    textColumn('Last Schedule', 'Time since it last started a job.', ({ status }, now) =>
      status?.lastScheduleTime === undefined ? none : since(status.lastScheduleTime, now),
    ),
    ageColumn,
    ...containersOf<CronJob>(({ spec }) => spec.jobTemplate.spec.template.spec),
    selectorColumn(({ spec }) => spec.jobTemplate.spec.selector),
  ],
};
