import { describe, expect, it } from 'vitest';
import { create, type Manifest, row, update, updateStatus } from '../../admission.fixture.ts';
import { deployments } from './deployments.ts';

const deployment = (spec: object = {}): Manifest => ({
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } },
    ...spec,
  },
});
const template = (spec: object): object => ({
  template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1' }], ...spec } },
});

describe('a Deployment', () => {
  it('gets the defaults of Kubernetes', () => {
    const { object, errors } = create(deployments, deployment());
    expect(errors).toEqual([]);
    expect(object).toMatchObject({
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        template: {
          spec: {
            restartPolicy: 'Always',
            dnsPolicy: 'ClusterFirst',
            schedulerName: 'default-scheduler',
            securityContext: {},
            terminationGracePeriodSeconds: 30,
          },
        },
      },
      status: {},
    });
    expect(object.spec.template.spec).not.toHaveProperty('enableServiceLinks');
  });

  it('leaves the strategy alone when it recreates', () => {
    expect(create(deployments, deployment({ strategy: { type: 'Recreate' } })).object.spec.strategy).toEqual({ type: 'Recreate' });
  });

  const refused: [string, object, string[]][] = [
    [
      'a selector that misses the template',
      { selector: { matchLabels: { app: 'db' } } },
      ['spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
    ],
    ['an empty selector', { selector: {} }, ['spec.selector: Invalid value: {}: empty selector is invalid for deployment']],
    ['no selector', { selector: undefined }, ['spec.selector: Required value']],
    ['fewer than no pods', { replicas: -1 }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
    [
      'pods that end',
      template({ restartPolicy: 'Never' }),
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      'a deadline for its pods',
      template({ activeDeadlineSeconds: 5 }),
      ['spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported'],
    ],
    [
      'no room to roll',
      { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
    ],
    [
      'more than all unavailable',
      { strategy: { rollingUpdate: { maxUnavailable: '101%' } } },
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    ],
    [
      'numbers for a strategy without any',
      { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } },
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      'a deadline before pods are counted',
      { minReadySeconds: 600 },
      ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
    ],
  ];
  it.each(refused)('refuses %s', (_name, spec, errors) => {
    expect(create(deployments, deployment(spec)).errors).toEqual(errors);
  });

  const stored = create(deployments, deployment({ replicas: 3 })).object;

  it('keeps its selector', () => {
    const { errors } = update(deployments, stored, ({ spec }) => {
      spec.selector = { matchLabels: { tier: 'web' } };
      spec.template.metadata = { labels: { tier: 'web' } };
    });
    expect(errors).toEqual(['spec.selector: Invalid value: {"matchLabels":{"tier":"web"}}: field is immutable']);
  });

  it('counts no more ready pods than there are', () => {
    const errors = updateStatus(deployments, stored, (draft) => {
      draft.status = { replicas: 1, readyReplicas: 2 };
    });
    expect(errors).toEqual(['status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas']);
  });

  it('shows what is ready', () => {
    const shown = {
      ...stored,
      metadata: { ...stored.metadata, creationTimestamp: '2026-01-01T03:04:05Z' },
      status: { replicas: 3, readyReplicas: 2, updatedReplicas: 3, availableReplicas: 2 },
    };
    expect(row(deployments, shown)).toEqual({
      Name: 'one',
      Ready: '2/3',
      'Up-to-date': 3,
      Available: 2,
      Age: '24h',
      Containers: 'web',
      Images: 'nginx:1',
      Selector: 'app=web',
    });
  });
});
