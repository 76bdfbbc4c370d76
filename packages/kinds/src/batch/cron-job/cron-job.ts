import { boolean, int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { JobTemplateSpec } from '../job/job.ts';
import { ObjectReference } from '../../core/references.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const CronJob = topLevel('io.k8s.api.batch.v1.CronJob', {
  spec: ref(2, () => CronJobSpec)
    .required()
    .always(),
  status: ref(3, () => CronJobStatus).byValue(),
});
export type CronJob = Infer<typeof CronJob>;

export const CronJobSpec = object('io.k8s.api.batch.v1.CronJobSpec', {
  schedule: string(1).required(),
  startingDeadlineSeconds: int64(2).keepsZero(),
  concurrencyPolicy: string(3).enum('Allow', 'Forbid', 'Replace').default('Allow'),
  suspend: boolean(4).keepsZero().default(false),
  jobTemplate: ref(5, () => JobTemplateSpec)
    .required()
    .always(),
  successfulJobsHistoryLimit: int32(6).keepsZero().default(3),
  failedJobsHistoryLimit: int32(7).keepsZero().default(1),
  timeZone: string(8).keepsZero(),
});
export type CronJobSpec = Infer<typeof CronJobSpec>;

export const CronJobStatus = object('io.k8s.api.batch.v1.CronJobStatus', {
  active: list(1, () => ObjectReference).atomic(),
  lastScheduleTime: ref(4, () => Time),
  lastSuccessfulTime: ref(5, () => Time),
});
export type CronJobStatus = Infer<typeof CronJobStatus>;
