import { describe, expect, it } from 'vitest';
import { create, type Manifest, row, testUid, update } from '../../admission.fixture.ts';
import { jobs } from './jobs.ts';

const job = (spec: object = {}, podSpec: object = {}): Manifest => ({
  spec: { template: { spec: { containers: [{ name: 'main', image: 'busybox:1' }], restartPolicy: 'Never', ...podSpec } }, ...spec },
});

describe('a Job', () => {
  it('gets the defaults of Kubernetes, and a selector of its own', () => {
    const { object, errors } = create(jobs, job());
    expect(errors).toEqual([]);
    expect(object.spec).toMatchObject({
      backoffLimit: 6,
      completions: 1,
      parallelism: 1,
      completionMode: 'NonIndexed',
      manualSelector: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      suspend: false,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': testUid } },
    });
    expect(object.spec.template.metadata?.labels).toEqual({
      'batch.kubernetes.io/controller-uid': testUid,
      'batch.kubernetes.io/job-name': 'one',
      'controller-uid': testUid,
      'job-name': 'one',
    });
    expect(object.status).toEqual({});
  });

  it.each([
    [{ parallelism: 3 }, { parallelism: 3 }],
    [{ completions: 5 }, { completions: 5, parallelism: 1 }],
    [{ completions: 2, completionMode: 'Indexed', backoffLimitPerIndex: 1 }, { backoffLimit: 2_147_483_647 }],
  ])('fills %o', (spec, filled) => {
    expect(create(jobs, job(spec)).object.spec).toMatchObject(filled);
  });

  it('needs no number of completions when it is a queue', () => {
    expect(create(jobs, job({ parallelism: 3 })).object.spec).not.toHaveProperty('completions');
  });

  const refused: [string, Manifest, string[]][] = [
    [
      'pods that always restart',
      job({}, { restartPolicy: undefined }),
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      'Indexed without a count',
      job({ completionMode: 'Indexed', parallelism: 2 }),
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'a negative deadline',
      job({ activeDeadlineSeconds: -1 }),
      ['spec.activeDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      "someone else's label",
      {
        spec: {
          template: {
            metadata: { labels: { 'job-name': 'two' } },
            spec: { containers: [{ name: 'a', image: 'b' }], restartPolicy: 'Never' },
          },
        },
      },
      ['spec.template.metadata.labels[job-name]: Invalid value: "two": must be \'one\''],
    ],
    [
      'a rule for exit code 0',
      job({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [0] } }] } }),
      ['spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator'],
    ],
  ];
  it.each(refused)('refuses %s', (_name, manifest, errors) => {
    expect(create(jobs, manifest).errors).toEqual(errors);
  });

  const stored = create(jobs, job()).object;
  it.each([
    ['completions', { completions: 2 }, ['spec.completions: Invalid value: 2: field is immutable']],
    ['parallelism', { parallelism: 2 }, []],
    ['suspension', { suspend: true }, []],
    ['the mode', { completionMode: 'Indexed' as const }, ['spec.completionMode: Invalid value: "Indexed": field is immutable']],
  ])('update of %s', (_name, change, errors) => {
    expect(update(jobs, stored, ({ spec }) => void Object.assign(spec, change)).errors).toEqual(errors);
  });

  it('may move while it waits', () => {
    const waiting = create(jobs, job({ suspend: true })).object;
    const moved = update(jobs, waiting, ({ spec }) => {
      spec.template.spec.nodeSelector = { disk: 'fast' };
    });
    expect(moved.errors).toEqual([]);
    const remade = update(jobs, waiting, ({ spec }) => {
      spec.template.spec.hostNetwork = true;
    });
    expect(remade.errors).toEqual([expect.stringMatching(/^spec\.template: Invalid value: .*: field is immutable$/)]);
  });

  it.each([
    [
      {
        succeeded: 1,
        startTime: '2026-01-02T03:00:00Z',
        completionTime: '2026-01-02T03:00:07Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
      { Status: 'Complete', Completions: '1/1', Duration: '7s' },
    ],
    [
      { active: 1, startTime: '2026-01-02T03:04:00Z' },
      { Status: 'Running', Completions: '0/1', Duration: '5s' },
    ],
    [{ conditions: [{ type: 'Suspended', status: 'True' }] }, { Status: 'Suspended', Duration: '' }],
    [{ conditions: [{ type: 'Failed', status: 'True' }] }, { Status: 'Failed' }],
  ])('shows %o', (status, cells) => {
    expect(row(jobs, { ...stored, status })).toMatchObject(cells);
  });
});
