import type { Deployment, ReplicaSet } from '@kajitori/kinds';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DeploymentPlan, planDeployment } from './deployment.plan.ts';
import { replicasOf, rolloutBounds, scaleProportionally } from './rollout.ts';
import { sameTemplate, templateHash } from './template-hash.ts';

const now = new Date('2026-03-01T00:00:00Z');

function deployment({
  replicas = 3,
  image = 'web:1',
  maxSurge,
  maxUnavailable,
  type = 'RollingUpdate',
}: {
  replicas?: number;
  image?: string;
  maxSurge?: number | string;
  maxUnavailable?: number | string;
  type?: 'RollingUpdate' | 'Recreate';
} = {}): Deployment {
  const rollingUpdate = maxSurge === undefined && maxUnavailable === undefined ? undefined : { maxSurge, maxUnavailable };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', uid: 'deployment', generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type, rollingUpdate },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image, terminationMessagePath: '', terminationMessagePolicy: 'File' }] },
      },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
    },
  };
}

describe('bounds', () => {
  test.each([
    [10, '25%', '25%', 3, 2],
    [1, '25%', '25%', 1, 0],
    [4, 0, 0, 0, 1],
    [3, 0, '1%', 0, 1],
    [2, 5, 5, 5, 2],
  ])('%d replicas, surge %s, unavailable %s', (replicas, maxSurge, maxUnavailable, surge, unavailable) => {
    expect(rolloutBounds(deployment({ replicas, maxSurge, maxUnavailable }))).toEqual({ maxSurge: surge, maxUnavailable: unavailable });
  });
});

describe('templates', () => {
  const { template } = deployment().spec;
  test('the hash label and what is empty make no difference, everything else does', () => {
    const labelled = {
      ...template,
      metadata: { ...template.metadata, labels: { ...template.metadata?.labels, 'pod-template-hash': 'x' } },
    };
    expect(sameTemplate(template, labelled)).toBe(true);
    expect(sameTemplate(template, { ...template, metadata: { ...template.metadata, annotations: {} } })).toBe(true);
    expect(sameTemplate(template, deployment({ image: 'web:2' }).spec.template)).toBe(false);
  });
  test('a collision gives another hash', () => {
    expect(templateHash(template, undefined)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
    expect(templateHash(template, 1)).not.toBe(templateHash(template, undefined));
  });
});

describe('a change of size in the middle of a rollout', () => {
  const set = (name: string, replicas: number, told: { desired: number; max: number }): ReplicaSet =>
    ({
      metadata: {
        name,
        creationTimestamp: name,
        annotations: {
          'deployment.kubernetes.io/desired-replicas': String(told.desired),
          'deployment.kubernetes.io/max-replicas': String(told.max),
        },
      },
      spec: { replicas },
      status: { replicas, availableReplicas: replicas },
    }) as unknown as ReplicaSet;
  const told = { desired: 10, max: 13 };
  test.each<[number, [number, number], [number, number]]>([
    [20, [8, 5], [15, 10]],
    [5, [8, 5], [4, 3]],
    [10, [8, 5], [8, 5]],
    [0, [8, 5], [0, 0]],
  ])('to %d, old and new %j become %j', (replicas, [oldSize, newSize], expected) => {
    const [old, newest] = [set('1', oldSize, told), set('2', newSize, told)];
    const scalings = scaleProportionally(deployment({ replicas }), newest, [old]);
    const sizes = [old, newest].map((one) => scalings.find(({ replicaSet }) => replicaSet === one)?.replicas ?? replicasOf(one));
    expect(sizes).toEqual(expected);
    const { maxSurge } = rolloutBounds(deployment({ replicas }));
    expect(sizes[0]! + sizes[1]!).toBe(replicas === 0 ? 0 : replicas + maxSurge);
  });
});

/** ReplicaSets as their controller and their nodes would make them be, one step at a time. */
class Rollout {
  readonly sets: ReplicaSet[] = [];
  #made = 0;

  get available(): number {
    return this.sets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);
  }

  get total(): number {
    return this.sets.reduce((sum, one) => sum + replicasOf(one), 0);
  }

  apply(plan: DeploymentPlan): void {
    if (plan.create !== undefined) {
      this.#made += 1;
      const metadata = {
        ...plan.create.metadata,
        uid: `rs-${this.#made}`,
        creationTimestamp: new Date(now.getTime() + this.#made * 1000).toISOString(),
      };
      this.sets.push({ ...plan.create, metadata, status: { replicas: 0 } });
    }
    for (const { replicaSet, replicas, annotations } of plan.scale) this.#replace(replicaSet, { annotations, replicas });
    for (const one of plan.update) this.#replace(one, { annotations: one.metadata.annotations ?? {}, replicas: replicasOf(one) });
    for (const one of plan.delete)
      this.sets.splice(
        this.sets.findIndex(({ metadata }) => metadata.uid === one.metadata.uid),
        1,
      );
  }

  /** Pods follow the wanted size; of those that are there, `ready` more become available. Unready ones are given up first. */
  settle(ready: number): void {
    let left = ready;
    for (const [index, one] of this.sets.entries()) {
      const wanted = replicasOf(one);
      const kept = Math.min(one.status?.availableReplicas ?? 0, wanted);
      const more = Math.min(left, wanted - kept);
      left -= more;
      this.sets[index] = {
        ...one,
        status: {
          replicas: wanted,
          readyReplicas: kept + more,
          availableReplicas: kept + more,
          observedGeneration: one.metadata.generation,
        },
      };
    }
  }

  #replace({ metadata }: ReplicaSet, { annotations, replicas }: { annotations: Record<string, string>; replicas: number }): void {
    const index = this.sets.findIndex((one) => one.metadata.uid === metadata.uid);
    const found = this.sets[index];
    if (found !== undefined)
      this.sets[index] = { ...found, metadata: { ...found.metadata, annotations }, spec: { ...found.spec, replicas } };
  }
}

const bound = fc.oneof(
  fc.integer({ min: 0, max: 6 }),
  fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
);

test('a rollout never has too many pods or too few available, and ends', () => {
  fc.assert(
    fc.property(
      fc.record({ replicas: fc.integer({ min: 0, max: 12 }), maxSurge: bound, maxUnavailable: bound }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 3 }),
      (options, readiness, images) => {
        const rollout = new Rollout();
        const steps = [...readiness, ...Array.from({ length: 150 }, () => 1)];
        let status: Deployment['status'];
        for (let image = 1; image <= images; image += 1) {
          const wanted = { ...deployment({ ...options, image: `web:${image}` }), status };
          const { maxSurge, maxUnavailable } = rolloutBounds(wanted);
          // The first rollout starts from nothing: it has nothing to keep available.
          let floor = image === 1 ? 0 : options.replicas - maxUnavailable;
          for (const ready of steps) {
            const plan = planDeployment({ deployment: { ...wanted, status }, replicaSets: rollout.sets, hasRunningPods: () => false, now });
            status = plan.status;
            rollout.apply(plan);
            expect(rollout.total).toBeLessThanOrEqual(options.replicas + maxSurge);
            rollout.settle(0);
            expect(rollout.available).toBeGreaterThanOrEqual(floor);
            rollout.settle(ready);
            if (rollout.available >= options.replicas - maxUnavailable) floor = options.replicas - maxUnavailable;
          }
          expect(status?.conditions?.find(({ type }) => type === 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
          expect(rollout.sets.filter((one) => replicasOf(one) > 0)).toHaveLength(options.replicas === 0 ? 0 : 1);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a plan that is carried out leaves nothing to do', () => {
  const rollout = new Rollout();
  const wanted = deployment();
  const plan = (): DeploymentPlan => planDeployment({ deployment: wanted, replicaSets: rollout.sets, hasRunningPods: () => false, now });
  for (let step = 0; step < 10; step += 1) {
    const next = plan();
    rollout.apply(next);
    rollout.settle(3);
    wanted.status = next.status;
  }
  const last = plan();
  expect([last.create, last.scale, last.update, last.delete, last.adopt, last.release]).toEqual([undefined, [], [], [], [], []]);
  expect(last.status).toEqual(wanted.status);
});
