import { describe, expect, it } from 'vitest';
import { at, container, exited, kinds, made, plan, pod, sandbox } from './scene.testing.ts';

const started = (name: string, attempt: number, more: object = {}): object => ({
  type: 'startContainer',
  container: name,
  attempt,
  ...more,
});

describe('a new pod', () => {
  it('gets its volumes, then its sandbox, then its images, then its containers', () => {
    expect(kinds(plan({ sandboxes: [], activity: { volumes: { phase: 'pending' } } }))).toEqual(['mountVolumes']);
    expect(plan({ sandboxes: [] }).actions).toEqual([{ type: 'createSandbox', attempt: 0 }]);
    expect(plan({ activity: { images: new Map() } }).actions).toEqual([{ type: 'ensureImage', container: 'app', attempt: 0 }]);
    expect(plan({}).actions).toEqual([
      { type: 'startContainer', container: 'app', role: 'regular', attempt: 0, sandboxId: 'sb0', backOffSeconds: 0 },
    ]);
  });

  it('is left alone while something is under way', () => {
    const pulling = new Map([['app', { attempt: 0, image: 'registry.test/app:1', phase: 'pulling' as const }]]);
    expect(plan({ activity: { images: pulling } }).actions).toEqual([]);
    expect(plan({ activity: { starting: new Map([['app', 0]]) } }).actions).toEqual([]);
    expect(plan({ containers: [made('app', 0)] }).actions).toEqual([]);
  });

  it('fetches images side by side', () => {
    const two = pod({ containers: [container('a'), container('b')] });
    expect(kinds(plan({ pod: two, activity: { images: new Map() } }))).toEqual(['ensureImage', 'ensureImage']);
  });

  it('replaces a container that was made but never started by one of the same attempt', () => {
    const { actions } = plan({ containers: [made('app', 0, { state: 'created', startedAt: undefined })] });
    expect(actions).toMatchObject([{ type: 'removeContainer', id: 'app-0' }, started('app', 0)]);
  });

  it('waits before it tries again what failed', () => {
    const failure = { message: 'no', at: at(9), count: 2 };
    const mount = plan({ sandboxes: [], activity: { volumes: { phase: 'failed', failure } } });
    expect(mount).toMatchObject({ actions: [], wakeAt: at(11) });
    expect(plan({ sandboxes: [], activity: { sandboxFailure: failure } })).toMatchObject({ actions: [], wakeAt: at(11) });
    expect(kinds(plan({ sandboxes: [], activity: { sandboxFailure: failure }, now: at(11) }))).toEqual(['createSandbox']);
  });
});

describe('restarts', () => {
  it('come at once the first time, and then after 10 s doubling to 5 minutes', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 7].map((attempt) => {
      const dead = exited('app', attempt, 1, { startedAt: at(4), finishedAt: at(5) });
      const now = plan({ containers: [dead], now: at(5) });
      const seconds = now.wakeAt === undefined ? 0 : (now.wakeAt.getTime() - at(5).getTime()) / 1000;
      expect(plan({ containers: [dead], now: at(5 + seconds) }).actions).toMatchObject([started('app', attempt + 1)]);
      return seconds;
    });
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('forget the past of a container that ran for ten minutes', () => {
    const dead = exited('app', 5, 1, { startedAt: at(0), finishedAt: at(600) });
    expect(plan({ containers: [dead], now: at(600) }).actions).toMatchObject([started('app', 6, { backOffSeconds: 10 })]);
  });

  it('hand the doubled back-off to the next attempt', () => {
    const next = (attempt: number): unknown => plan({ containers: [exited('app', attempt, 1)], now: at(1000) }).actions[0];
    expect(next(0)).toMatchObject({ backOffSeconds: 10 });
    expect(next(1)).toMatchObject({ backOffSeconds: 20 });
    expect(next(9)).toMatchObject({ backOffSeconds: 300 });
  });

  it.each([
    ['Always', 0, true],
    ['Always', 1, true],
    ['OnFailure', 0, false],
    ['OnFailure', 1, true],
    ['Never', 0, false],
    ['Never', 1, false],
  ] as const)('with %s after exit %i: %s', (restartPolicy, exitCode, restarts) => {
    const actions = kinds(plan({ pod: pod({ restartPolicy }), containers: [exited('app', 0, exitCode)] }));
    expect(actions).toEqual(restarts ? ['startContainer'] : ['stopSandbox']);
  });

  it('follow a container’s own policy and rules', () => {
    const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];
    const ruled = pod({ restartPolicy: 'Never', containers: [container('app', { restartPolicy: 'Never', restartPolicyRules: rules })] });
    expect(kinds(plan({ pod: ruled, containers: [exited('app', 0, 42)] }))).toEqual(['startContainer']);
    expect(kinds(plan({ pod: ruled, containers: [exited('app', 0, 1)] }))).toEqual(['stopSandbox']);
  });

  it('count containers that someone removed', () => {
    const previous = plan({ containers: [made('app', 3)] }).status;
    const { actions, status } = plan({ containers: [], previous });
    expect(actions).toMatchObject([started('app', 4)]);
    expect(status.containerStatuses?.[0]).toMatchObject({
      restartCount: 3,
      lastState: { terminated: { reason: 'ContainerStatusUnknown', exitCode: 137 } },
    });
  });

  it('keep the last two attempts and remove what is older', () => {
    const containers = [made('app', 3), exited('app', 2, 1), exited('app', 1, 1), exited('app', 0, 1)];
    expect(plan({ containers }).actions).toEqual([
      { type: 'removeContainer', id: 'app-1', container: 'app' },
      { type: 'removeContainer', id: 'app-0', container: 'app' },
    ]);
  });
});

describe('a running container is killed', () => {
  const kill = (reason: string, graceSeconds = 30): object => ({
    type: 'killContainer',
    id: 'app-0',
    container: 'app',
    graceSeconds,
    reason,
  });

  it('when its liveness or startup probe failed, with the probe’s own grace', () => {
    const probes = (failed: object) => ({ probes: new Map([['app-0', { failed }]]) }) as never;
    expect(plan({ containers: [made('app', 0)], activity: probes({ probe: 'liveness' }) }).actions).toEqual([kill('livenessProbe')]);
    expect(plan({ containers: [made('app', 0)], activity: probes({ probe: 'startup', graceSeconds: 3 }) }).actions).toEqual([
      kill('startupProbe', 3),
    ]);
  });

  it('when its image changed', () => {
    const changed = pod({ containers: [container('app', { image: 'registry.test/app:2' })] });
    expect(plan({ pod: changed, containers: [made('app', 0)] }).actions).toEqual([kill('definitionChanged')]);
  });

  it('when its sandbox died, before a new one is made', () => {
    const dead = sandbox({ state: 'exited' });
    expect(plan({ sandboxes: [dead], containers: [made('app', 0)] }).actions).toEqual([kill('sandboxChanged')]);
    expect(plan({ sandboxes: [dead], containers: [exited('app', 0, 137)] }).actions).toEqual([{ type: 'createSandbox', attempt: 1 }]);
  });

  it('once, unless the grace became shorter', () => {
    const stopping = (seconds: number) => ({ stopping: new Map([['app-0', { deadline: at(seconds) }]]) });
    const deleted = (grace: number) => pod({}, { deletionTimestamp: '2026-03-01T12:00:40Z', deletionGracePeriodSeconds: grace });
    const containers = [made('app', 0)];
    expect(plan({ pod: deleted(30), containers, activity: stopping(40) }).actions).toEqual([]);
    expect(plan({ pod: deleted(1), containers, activity: stopping(40) }).actions).toEqual([kill('stopping', 1)]);
  });
});

describe('init containers', () => {
  const two = pod({ initContainers: [container('one'), container('two')], containers: [container('app')] });

  it('run one after the other, then the rest', () => {
    expect(plan({ pod: two }).actions).toMatchObject([started('one', 0, { role: 'init' })]);
    expect(plan({ pod: two, containers: [made('one', 0)] }).actions).toEqual([]);
    expect(plan({ pod: two, containers: [exited('one', 0, 0)] }).actions).toMatchObject([started('two', 0)]);
    expect(plan({ pod: two, containers: [exited('one', 0, 0), exited('two', 0, 0)] }).actions).toMatchObject([started('app', 0)]);
  });

  it('are tried again after a failure, but not with Never', () => {
    expect(plan({ pod: two, containers: [exited('one', 0, 1)] }).actions).toMatchObject([started('one', 1)]);
    const never = pod({ ...two.spec, restartPolicy: 'Never' });
    const failed = plan({ pod: never, containers: [exited('one', 0, 1)] });
    expect(kinds(failed)).toEqual(['stopSandbox']);
    expect(failed.status.phase).toBe('Failed');
  });

  it('run again in a new sandbox, not after their containers were removed', () => {
    const renewed = { pod: two, sandboxes: [sandbox({ id: 'sb1', attempt: 1 })] };
    const old = [exited('one', 0, 0), exited('two', 0, 0), exited('app', 0, 137)];
    expect(plan({ ...renewed, containers: old }).actions).toMatchObject([started('one', 1)]);
    expect(plan({ pod: two, containers: [made('app', 0)] }).actions).toEqual([]);
  });

  it('that are sidecars let the next begin once started, and are restarted beside the rest', () => {
    const spec = pod({
      initContainers: [container('mesh', { restartPolicy: 'Always' }), container('two')],
      containers: [container('app')],
    });
    expect(plan({ pod: spec }).actions).toMatchObject([started('mesh', 0, { role: 'sidecar' })]);
    expect(plan({ pod: spec, containers: [made('mesh', 0)] }).actions).toMatchObject([started('two', 0)]);
    const probed = pod({
      ...spec.spec,
      initContainers: [container('mesh', { restartPolicy: 'Always', startupProbe: {} }), container('two')],
    });
    expect(plan({ pod: probed, containers: [made('mesh', 0)] }).actions).toEqual([]);
    const all = [exited('two', 0, 0), made('app', 0)];
    expect(plan({ pod: spec, containers: [exited('mesh', 0, 0), ...all] }).actions).toMatchObject([started('mesh', 1)]);
  });

  it('that are sidecars end after the work is done, in reverse order', () => {
    const sidecars = [container('s1', { restartPolicy: 'Always' }), container('s2', { restartPolicy: 'Always' })];
    const job = pod({ restartPolicy: 'Never', initContainers: sidecars });
    const done = exited('app', 0, 0);
    const first = plan({ pod: job, containers: [made('s1', 0), made('s2', 0), done] });
    expect(first.actions).toMatchObject([{ type: 'killContainer', id: 's2-0' }]);
    expect(first.status.phase).toBe('Running');
    expect(plan({ pod: job, containers: [made('s1', 0), exited('s2', 0, 0), done] }).actions).toMatchObject([
      { type: 'killContainer', id: 's1-0' },
    ]);
    const last = plan({ pod: job, containers: [exited('s1', 0, 143), exited('s2', 0, 0), done] });
    expect(kinds(last)).toEqual(['stopSandbox']);
    expect(last.status.phase).toBe('Succeeded');
  });
});

describe('the end of a pod', () => {
  const deleted = pod(
    { containers: [container('a'), container('b')] },
    { deletionTimestamp: '2026-03-01T12:00:15Z', deletionGracePeriodSeconds: 5 },
  );

  it('stops everything with its grace, then removes what is left', () => {
    const stop = plan({ pod: deleted, containers: [made('a', 0), made('b', 0)] });
    expect(stop.actions).toMatchObject([
      { type: 'killContainer', id: 'a-0', graceSeconds: 5, reason: 'stopping' },
      { type: 'killContainer', id: 'b-0', graceSeconds: 5, reason: 'stopping' },
    ]);
    expect(stop.status.phase).toBe('Running');
    const end = plan({ pod: deleted, containers: [exited('a', 0, 0), exited('b', 0, 143)] });
    expect(end.actions).toEqual([{ type: 'removePod' }]);
    expect(end.status.phase).toBe('Failed');
  });

  it('waits for a start that is under way', () => {
    expect(plan({ pod: deleted, activity: { starting: new Map([['a', 0]]) } }).actions).toEqual([]);
  });

  it('comes as well when the pod is just gone', () => {
    expect(plan({ removed: true, containers: [made('app', 0)] }).actions).toMatchObject([{ type: 'killContainer', graceSeconds: 30 }]);
    expect(plan({ removed: true }).actions).toEqual([{ type: 'removePod' }]);
  });

  it('by activeDeadlineSeconds is a failure that stays', () => {
    const bounded = pod({ activeDeadlineSeconds: 60 });
    const previous = plan({ pod: bounded, containers: [made('app', 0)], now: at(0) });
    expect(previous.wakeAt).toBeUndefined();
    const running = plan({ pod: bounded, containers: [made('app', 0)], previous: previous.status, now: at(10) });
    expect(running).toMatchObject({ actions: [], wakeAt: at(60) });
    const over = plan({ pod: bounded, containers: [made('app', 0)], previous: running.status, now: at(60) });
    expect(over.actions).toMatchObject([{ type: 'killContainer' }]);
    expect(over.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    expect(over.events).toMatchObject([{ reason: 'DeadlineExceeded' }]);
    const after = plan({ pod: bounded, containers: [exited('app', 0, 0)], previous: over.status, now: at(90) });
    expect(kinds(after)).toEqual(['stopSandbox']);
    expect(after.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  it('that the API knows is not undone by starting over', () => {
    const finished = { ...pod({}), status: { phase: 'Succeeded' } };
    const { actions, status } = plan({ pod: finished, sandboxes: [] });
    expect(actions).toEqual([]);
    expect(status.phase).toBe('Succeeded');
  });
});
