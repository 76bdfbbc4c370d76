export * from './cron-job/cron-job.ts';
export * from './cron-job/cron-jobs.ts';
export * from './job/job.ts';
export * from './job/jobs.ts';
