import type { Container, PodStatus } from '@kajitori/kinds';
import { containerHash } from '../model/container-hash.ts';
import { engineLimitsOf } from '../model/engine-limits.ts';
import type { NodePod } from '../model/node-pod.ts';
import type { ObservedContainer, ObservedSandbox } from '../model/observed-pod.ts';
import { type PodActivity, noActivity } from '../model/pod-activity.ts';
import { noRequests } from '../model/requests.ts';
import type { PodPlan } from '../model/pod-plan.ts';
import type { PodSyncInput } from './input.ts';
import { planPod } from './plan-pod.ts';

export const t0 = new Date('2026-03-01T12:00:00Z');
export const at = (seconds: number): Date => new Date(t0.getTime() + seconds * 1000);

export const container = (name: string, more: Partial<Container> = {}): Container => ({ name, image: `registry.test/${name}:1`, ...more });

export function pod(spec: Partial<NodePod['spec']>, metadata: Partial<NodePod['metadata']> = {}): NodePod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-1', generation: 1, ...metadata },
    spec: { containers: [container('app')], restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...spec },
  };
}

export const sandbox = (more: Partial<ObservedSandbox> = {}): ObservedSandbox => ({
  id: 'sb0',
  attempt: 0,
  state: 'running',
  createdAt: t0,
  ips: ['10.244.1.7'],
  ...more,
});

export function made(name: string, attempt: number, more: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    id: `${name}-${attempt}`,
    name,
    attempt,
    sandboxId: 'sb0',
    hash: containerHash(container(name)),
    backOffSeconds: attempt === 0 ? 0 : Math.min(10 * 2 ** (attempt - 1), 300),
    state: 'running',
    createdAt: t0,
    startedAt: t0,
    limits: engineLimitsOf(),
    image: `registry.test/${name}:1`,
    imageId: `sha256:${name}`,
    ...more,
  };
}

export const exited = (name: string, attempt: number, exitCode: number, more: Partial<ObservedContainer> = {}): ObservedContainer =>
  made(name, attempt, { state: 'exited', exitCode, finishedAt: at(5), ...more });

export interface Scene {
  pod?: NodePod;
  removed?: boolean;
  sandboxes?: ObservedSandbox[];
  containers?: ObservedContainer[];
  activity?: Partial<PodActivity>;
  previous?: PodStatus;
  node?: Partial<PodSyncInput['node']>;
  now?: Date;
}

/** Plans with everything ready that a scene does not mention: volumes mounted, sandbox running, images there. */
export function plan(scene: Scene): PodPlan {
  const thePod = scene.pod ?? pod({});
  const input: PodSyncInput = {
    pod: thePod,
    removed: scene.removed ?? false,
    observed: { sandboxes: scene.sandboxes ?? [sandbox()], containers: scene.containers ?? [] },
    activity: {
      ...noActivity,
      volumes: { phase: 'ready' },
      images: imagesPresent(thePod, scene.containers ?? [], scene.previous),
      ...scene.activity,
    },
    previous: scene.previous,
    node: { ips: ['192.0.2.10'], allocatable: {}, others: noRequests, ...scene.node },
    now: scene.now ?? at(10),
  };
  return planPod(input);
}

function imagesPresent(thePod: NodePod, containers: ObservedContainer[], previous: PodStatus | undefined): PodActivity['images'] {
  const all = [...(thePod.spec.initContainers ?? []), ...thePod.spec.containers, ...(thePod.spec.ephemeralContainers ?? [])];
  return new Map(
    all.map(({ name, image }) => {
      const attempts = containers.filter((one) => one.name === name && one.state !== 'created').map((one) => one.attempt);
      const before = previous?.containerStatuses?.find((one) => one.name === name);
      const attempt = attempts.length > 0 ? Math.max(...attempts) + 1 : before?.containerID === undefined ? 0 : before.restartCount + 1;
      return [name, { attempt, image: image ?? '', phase: 'present' as const }];
    }),
  );
}

export const kinds = (one: PodPlan): string[] => one.actions.map(({ type }) => type);
