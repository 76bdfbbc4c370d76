import { describe, expect, it } from 'vitest';
import { create, type Manifest, row } from '../../admission.fixture.ts';
import { cronJobs } from './cron-jobs.ts';

const cronJob = (spec: object = {}, metadata: Manifest['metadata'] = {}): Manifest => ({
  metadata,
  spec: {
    schedule: '*/5 * * * *',
    jobTemplate: { spec: { template: { spec: { containers: [{ name: 'main', image: 'busybox:1' }], restartPolicy: 'OnFailure' } } } },
    ...spec,
  },
});

describe('a CronJob', () => {
  it('gets the defaults of Kubernetes, and its jobs none of theirs', () => {
    const { object, errors } = create(cronJobs, cronJob());
    expect(errors).toEqual([]);
    expect(object.spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    expect(object.spec.jobTemplate.spec).not.toHaveProperty('backoffLimit');
    expect(object.spec.jobTemplate.spec.template.spec.dnsPolicy).toBe('ClusterFirst');
  });

  const refused: [string, Manifest, string[]][] = [
    [
      'a zone in the schedule',
      cronJob({ schedule: 'TZ=Asia/Tokyo 0 9 * * *' }),
      ['spec.schedule: Invalid value: "TZ=Asia/Tokyo 0 9 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
    ],
    [
      'an unknown zone',
      cronJob({ timeZone: 'Mars/Olympus' }),
      ['spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus'],
    ],
    ['no schedule', cronJob({ schedule: undefined }), ['spec.schedule: Required value']],
    [
      'a name that leaves no room',
      cronJob({}, { name: 'a'.repeat(53) }),
      [`metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`],
    ],
    [
      'an unknown policy',
      cronJob({ concurrencyPolicy: 'Queue' }),
      ['spec.concurrencyPolicy: Unsupported value: "Queue": supported values: "Allow", "Forbid", "Replace"'],
    ],
    [
      'a negative history',
      cronJob({ failedJobsHistoryLimit: -1 }),
      ['spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0'],
    ],
  ];
  it.each(refused)('refuses %s', (_name, manifest, errors) => {
    expect(create(cronJobs, manifest).errors).toEqual(errors);
  });

  it('says what is wrong with a schedule', () => {
    expect(create(cronJobs, cronJob({ schedule: '* * * *' })).errors).toEqual([
      expect.stringMatching(/^spec\.schedule: Invalid value: "\* \* \* \*": expected exactly 5 fields, found 4/),
    ]);
  });

  it('shows its schedule', () => {
    const { object } = create(cronJobs, cronJob({ timeZone: 'Asia/Tokyo' }));
    expect(row(cronJobs, { ...object, status: { lastScheduleTime: '2026-01-02T03:04:00Z' } })).toMatchObject({
      Schedule: '*/5 * * * *',
      Timezone: 'Asia/Tokyo',
      Suspend: 'False',
      Active: 0,
      'Last Schedule': '5s',
      Containers: 'main',
      Selector: '<none>',
    });
  });
});
