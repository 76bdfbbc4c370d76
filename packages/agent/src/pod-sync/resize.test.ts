import type { Container, PodCondition, PodStatus } from '@kajitori/kinds';
import { describe, expect, it } from 'vitest';
import { type EngineLimits, engineLimitsOf } from '../model/engine-limits.ts';
import type { PodPlan } from '../model/pod-plan.ts';
import { type Scene, at, container, exited, kinds, made, plan, pod } from './scene.testing.ts';

const small = { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '250m', memory: '64Mi' } };
const large = { limits: { cpu: '1', memory: '128Mi' }, requests: { cpu: '500m', memory: '128Mi' } };
const room = { allocatable: { cpu: '2', memory: '1Gi' } };

const withResources = (resources: Container['resources'], more: Partial<Container> = {}, spec: object = {}) =>
  pod({ containers: [container('app', { resources, ...more })], ...spec }, { generation: 2 });
const running = (resources: object) => made('app', 0, { limits: engineLimitsOf(resources) });
/** What was last said of a pod with these resources. */
const before = (resources: object): PodStatus =>
  plan({ pod: withResources(resources), containers: [running(resources)], node: room }).status;
/** The pod is to have `wanted`, and its container still has what is small. */
const resized = (wanted: Container['resources'], scene: Scene = {}, more: Partial<Container> = {}): PodPlan =>
  plan({ pod: withResources(wanted, more), containers: [running(small)], previous: before(small), node: room, ...scene });
const conditionOf = ({ status }: PodPlan, type: string): PodCondition | undefined => status.conditions?.find((one) => one.type === type);
const shown = ({ status }: PodPlan): unknown => {
  const [{ allocatedResources, resources } = {}] = status.containerStatuses ?? [];
  return { allocatedResources, resources };
};
const doing = (limits: EngineLimits, phase: 'underway' | 'done' | 'failed', more: object = {}) => ({
  resizes: new Map([['app-0', { limits, phase, ...more }]]),
});

describe('a pod whose resources change', () => {
  it('has its container changed in place, and says so until that is done', () => {
    const first = resized(large);
    expect(first.actions).toEqual([{ type: 'resizeContainer', id: 'app-0', container: 'app', limits: engineLimitsOf(large) }]);
    expect(engineLimitsOf(large)).toEqual({ cpuShares: 512, cpuQuotaMicroseconds: 100_000, memoryBytes: 128 * 1024 ** 2 });
    expect(conditionOf(first, 'PodResizeInProgress')).toEqual({
      type: 'PodResizeInProgress',
      observedGeneration: 2,
      status: 'True',
      lastTransitionTime: '2026-03-01T12:00:10Z',
    });
    expect(shown(first)).toEqual({ allocatedResources: large.requests, resources: small });
    expect(first.status.observedGeneration).toBe(2);
    expect(first.events.map(({ reason }) => reason)).toEqual(['ResizeStarted']);
    expect(first.events[0]?.message).toBe(
      `Pod resize started: {"containers":[{"name":"app","resources":${JSON.stringify(large)}}],"generation":2}`,
    );

    const underway = resized(large, { previous: first.status, activity: doing(engineLimitsOf(large), 'underway') });
    expect(underway.actions).toEqual([]);
    expect(conditionOf(underway, 'PodResizeInProgress')?.status).toBe('True');

    const done = resized(large, { previous: first.status, containers: [running(large)] });
    expect(done.actions).toEqual([]);
    expect(conditionOf(done, 'PodResizeInProgress')).toBeUndefined();
    expect(shown(done)).toEqual({ allocatedResources: large.requests, resources: large });
    expect(done.events.map(({ reason }) => reason)).toEqual(['ResizeCompleted']);
  });

  it('tells an engine that cannot set it once', () => {
    const told = resized(large, { activity: doing(engineLimitsOf(large), 'done') });
    expect(told.actions).toEqual([]);
    expect(conditionOf(told, 'PodResizeInProgress')).toBeUndefined();
    expect(resized(small, { activity: doing(engineLimitsOf(large), 'done'), containers: [running(large)] }).actions).toHaveLength(1);
  });

  it('says what failed, and tries again after a while', () => {
    const failure = { message: 'attempting to set container memory limit (1) below current usage (2)', at: at(9), count: 1 };
    const failed = resized(large, { activity: doing(engineLimitsOf(large), 'failed', { failure }) });
    expect(failed.actions).toEqual([]);
    expect(failed.wakeAt).toEqual(at(14));
    expect(conditionOf(failed, 'PodResizeInProgress')).toMatchObject({ reason: 'Error', message: failure.message });
    expect(failed.events.map(({ reason }) => reason)).toContain('ResizeError');
    const again = resized(large, { activity: doing(engineLimitsOf(large), 'failed', { failure }), now: at(14) });
    expect(kinds(again)).toEqual(['resizeContainer']);
  });

  it('is restarted where its resizePolicy asks for that, and only for the resource that changed', () => {
    const resizePolicy = [
      { resourceName: 'cpu', restartPolicy: 'NotRequired' },
      { resourceName: 'memory', restartPolicy: 'RestartContainer' },
    ];
    const both = resized(large, {}, { resizePolicy });
    expect(both.actions).toMatchObject([{ type: 'killContainer', id: 'app-0', reason: 'resources' }]);
    const cpu = { limits: { ...small.limits, cpu: '1' }, requests: small.requests };
    expect(kinds(resized(cpu, {}, { resizePolicy }))).toEqual(['resizeContainer']);
    // It ends well, and is started again all the same, with what it is to have.
    const onFailure = withResources(large, { resizePolicy }, { restartPolicy: 'OnFailure' });
    const ended = plan({
      pod: onFailure,
      containers: [exited('app', 0, 0, { limits: engineLimitsOf(small) })],
      previous: both.status,
      node: room,
    });
    expect(ended.actions).toMatchObject([{ type: 'startContainer', attempt: 1, resources: large }]);
    expect(ended.status.phase).toBe('Running');
  });

  it('needs nothing of the engine for a request of memory', () => {
    const { actions, status } = resized({ ...small, requests: { cpu: '250m', memory: '32Mi' } });
    expect(actions).toEqual([]);
    expect(status.containerStatuses?.[0]?.allocatedResources).toEqual({ cpu: '250m', memory: '32Mi' });
  });

  it('is changed by amounts, not by how they are written', () => {
    expect(resized({ limits: { cpu: '0.5', memory: '65536Ki' }, requests: { cpu: '0.25', memory: '64Mi' } }).actions).toEqual([]);
  });

  it('resizes sidecars, and no init container', () => {
    const spec = {
      initContainers: [container('setup', { resources: large }), container('side', { resources: large, restartPolicy: 'Always' })],
    };
    const containers = [
      running(small),
      exited('setup', 0, 0, { limits: engineLimitsOf(small) }),
      made('side', 0, { limits: engineLimitsOf(small) }),
    ];
    expect(plan({ pod: withResources(small, {}, spec), containers, node: room }).actions).toMatchObject([
      { type: 'resizeContainer', container: 'side' },
    ]);
  });
});

describe('a change that does not fit', () => {
  const huge = { limits: { cpu: '4', memory: '64Mi' }, requests: { cpu: '4', memory: '64Mi' } };

  it('waits for ever on a node that is too small', () => {
    const waiting = resized(huge);
    expect(waiting.actions).toEqual([]);
    expect(conditionOf(waiting, 'PodResizePending')).toMatchObject({
      status: 'True',
      reason: 'Infeasible',
      message: "Node didn't have enough capacity: cpu, requested: 4000, capacity: 2000",
      observedGeneration: 2,
    });
    expect(shown(waiting)).toEqual({ allocatedResources: small.requests, resources: small });
    expect(waiting.events.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Warning ResizeInfeasible']);
    expect(resized(huge, { previous: waiting.status }).events).toEqual([]);
  });

  it('waits for the others, and then is made', () => {
    const others = { cpuMillis: 1_700, memoryBytes: 0 };
    const waiting = resized(large, { node: { ...room, others } });
    expect(waiting.actions).toEqual([]);
    expect(conditionOf(waiting, 'PodResizePending')).toMatchObject({
      reason: 'Deferred',
      message: "Node didn't have enough resource: cpu, requested: 500, used: 1700, capacity: 2000",
    });
    const free = resized(large, { previous: waiting.status });
    expect(kinds(free)).toEqual(['resizeContainer']);
    expect(conditionOf(free, 'PodResizePending')).toBeUndefined();
  });

  it('leaves a container that is started anew what it had', () => {
    const waiting = resized(huge);
    const again = resized(huge, {
      previous: waiting.status,
      containers: [exited('app', 0, 1, { limits: engineLimitsOf(small) })],
    });
    expect(again.actions).toMatchObject([{ type: 'startContainer', attempt: 1, resources: small }]);
  });

  it('is no matter for one that asks for less, however full the node is', () => {
    const less = { limits: { cpu: '500m', memory: '32Mi' }, requests: { cpu: '100m', memory: '32Mi' } };
    expect(kinds(resized(less, { node: { ...room, others: { cpuMillis: 5_000, memoryBytes: 2 ** 40 } } }))).toEqual(['resizeContainer']);
  });
});
