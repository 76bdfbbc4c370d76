import type { PodStatus } from '@kajitori/kinds';
import { describe, expect, it } from 'vitest';
import { at, container, exited, made, plan, pod, sandbox } from './scene.testing.ts';

const conditions = (status: PodStatus): Record<string, string> =>
  Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: value, reason }) => [type, reason === undefined ? value : `${value} ${reason}`]),
  );
const only = (status: PodStatus) => status.containerStatuses![0]!;

describe('status of a pod that starts', () => {
  it('is Pending with ContainerCreating', () => {
    const { status } = plan({ sandboxes: [] });
    expect(status).toMatchObject({
      phase: 'Pending',
      hostIP: '192.0.2.10',
      startTime: '2026-03-01T12:00:10Z',
      qosClass: 'BestEffort',
      observedGeneration: 1,
    });
    expect(only(status)).toMatchObject({
      state: { waiting: { reason: 'ContainerCreating' } },
      lastState: {},
      ready: false,
      started: false,
      restartCount: 0,
      imageID: '',
    });
    expect(status.podIP).toBeUndefined();
    expect(conditions(status)).toEqual({
      PodReadyToStartContainers: 'False',
      Initialized: 'True',
      Ready: 'False ContainersNotReady',
      ContainersReady: 'False ContainersNotReady',
      PodScheduled: 'True',
    });
  });

  it('says PodInitializing behind init containers', () => {
    const { status } = plan({ pod: pod({ initContainers: [container('one')] }), containers: [made('one', 0)] });
    expect(only(status).state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(status.initContainerStatuses?.[0]).toMatchObject({ state: { running: {} }, ready: false, started: true });
    expect(status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Initialized',
        reason: 'ContainersNotInitialized',
        message: 'containers with incomplete status: [one]',
      }),
    );
  });
});

describe('status of a pod that runs', () => {
  it('is Running and Ready, and conditions keep the time of their last change', () => {
    const first = plan({ containers: [made('app', 0)], now: at(10) }).status;
    expect(first).toMatchObject({ phase: 'Running', podIP: '10.244.1.7', podIPs: [{ ip: '10.244.1.7' }] });
    expect(only(first)).toMatchObject({
      state: { running: { startedAt: '2026-03-01T12:00:00Z' } },
      ready: true,
      started: true,
      containerID: 'docker://app-0',
      imageID: 'sha256:app',
    });
    const later = plan({ containers: [made('app', 0)], previous: first, now: at(99) }).status;
    expect(later).toEqual(first);
    const broken = plan({ containers: [exited('app', 0, 1)], previous: first, now: at(99) }).status;
    const ready = broken.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({
      status: 'False',
      lastTransitionTime: '2026-03-01T12:01:39Z',
      message: 'containers with unready status: [app]',
    });
  });

  it('is not ready before its probes say so', () => {
    const probed = pod({ containers: [container('app', { startupProbe: {}, readinessProbe: {} })] });
    const withProbes = (results: object) =>
      only(plan({ pod: probed, containers: [made('app', 0)], activity: { probes: new Map([['app-0', results]]) } }).status);
    expect(withProbes({})).toMatchObject({ started: false, ready: false });
    expect(withProbes({ started: true })).toMatchObject({ started: true, ready: false });
    expect(withProbes({ started: true, ready: true })).toMatchObject({ started: true, ready: true });
  });

  it('waits for readiness gates, whose conditions it leaves to others', () => {
    const gated = pod({ readinessGates: [{ conditionType: 'example.test/gate' }] });
    expect(conditions(plan({ pod: gated, containers: [made('app', 0)] }).status)).toMatchObject({
      ContainersReady: 'True',
      Ready: 'False ReadinessGatesNotReady',
    });
    const open = { ...gated, status: { conditions: [{ type: 'example.test/gate', status: 'True' }] } };
    expect(conditions(plan({ pod: open, containers: [made('app', 0)] }).status)).toMatchObject({
      Ready: 'True',
      'example.test/gate': 'True',
    });
  });

  it('has the node’s address on the host network', () => {
    const { status } = plan({ pod: pod({ hostNetwork: true }), sandboxes: [sandbox({ ips: [] })], containers: [made('app', 0)] });
    expect(status.podIP).toBe('192.0.2.10');
  });
});

describe('status of containers that end', () => {
  it('tells why', () => {
    const ended = (more: object, exitCode = 1) => only(plan({ containers: [exited('app', 0, exitCode, more)] }).status).state?.terminated;
    expect(ended({}, 0)).toMatchObject({
      reason: 'Completed',
      exitCode: 0,
      finishedAt: '2026-03-01T12:00:05Z',
      containerID: 'docker://app-0',
    });
    expect(ended({ terminationMessage: 'bye' })).toMatchObject({ reason: 'Error', exitCode: 1, message: 'bye' });
    expect(ended({ oomKilled: true }, 137)).toMatchObject({ reason: 'OOMKilled' });
    expect(ended({ startError: 'no such file' }, 128)).toMatchObject({ reason: 'StartError', message: 'no such file' });
  });

  it('says CrashLoopBackOff while it waits, with one event', () => {
    const scene = { containers: [exited('app', 2, 1), exited('app', 1, 1)], now: at(6) };
    const first = plan({ ...scene });
    expect(only(first.status)).toMatchObject({
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container=app pod=web_shop(uid-1)' } },
      lastState: { terminated: { containerID: 'docker://app-2' } },
      restartCount: 2,
      ready: false,
    });
    expect(first.status.phase).toBe('Running');
    expect(first.events).toEqual([
      {
        type: 'Warning',
        reason: 'BackOff',
        message: 'Back-off restarting failed container app in pod web_shop(uid-1)',
        fieldPath: 'spec.containers{app}',
      },
    ]);
    expect(plan({ ...scene, previous: first.status }).events).toEqual([]);
  });

  it('shows what was before while the next runs', () => {
    const status = only(plan({ containers: [made('app', 1), exited('app', 0, 3)] }).status);
    expect(status).toMatchObject({ state: { running: {} }, lastState: { terminated: { exitCode: 3 } }, restartCount: 1 });
  });

  it.each([
    ['Never', [0, 0], 'Succeeded'],
    ['Never', [0, 1], 'Failed'],
    ['OnFailure', [0, 0], 'Succeeded'],
  ] as const)('ends a %s pod of exits %j as %s', (restartPolicy, codes, phase) => {
    const two = pod({ restartPolicy, containers: [container('a'), container('b')] });
    const { status } = plan({ pod: two, containers: [exited('a', 0, codes[0]), exited('b', 0, codes[1])] });
    expect(status.phase).toBe(phase);
    expect(conditions(status).Ready).toBe(phase === 'Succeeded' ? 'False PodCompleted' : 'False PodFailed');
  });

  it('keeps a pod Running while one of two still works', () => {
    const two = pod({ restartPolicy: 'Never', containers: [container('a'), container('b')] });
    expect(plan({ pod: two, containers: [exited('a', 0, 1), made('b', 0)] }).status.phase).toBe('Running');
  });
});

describe('status of containers that cannot start', () => {
  const image = (reason: string, now: number, count = 1) => {
    const failure = { reason, message: 'denied', at: at(0), count } as never;
    return plan({
      activity: { images: new Map([['app', { attempt: 0, image: 'registry.test/app:1', phase: 'failed' as const, failure }]]) },
      now: at(now),
    });
  };

  it('shows a pull’s error, then its back-off, then tries again', () => {
    expect(only(image('ErrImagePull', 1).status).state).toEqual({ waiting: { reason: 'ErrImagePull', message: 'denied' } });
    const waiting = image('ErrImagePull', 5);
    expect(only(waiting.status).state).toEqual({
      waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry.test/app:1": ErrImagePull: denied' },
    });
    expect(waiting.events.map(({ type, message }) => [type, message])).toEqual([
      ['Normal', 'Back-off pulling image "registry.test/app:1"'],
      ['Warning', 'Error: ImagePullBackOff'],
    ]);
    expect(waiting.wakeAt).toEqual(at(10));
    expect(image('ErrImagePull', 10).actions).toMatchObject([{ type: 'ensureImage' }]);
    expect(image('ErrImagePull', 300, 9).wakeAt).toBeUndefined();
    expect(image('ErrImagePull', 299, 9).wakeAt).toEqual(at(300));
  });

  it('shows policies and names that cannot work as they are', () => {
    expect(only(image('ErrImageNeverPull', 5).status).state?.waiting?.reason).toBe('ErrImageNeverPull');
    expect(only(image('InvalidImageName', 5).status).state?.waiting?.reason).toBe('InvalidImageName');
  });

  it('shows what is missing for its configuration', () => {
    const failure = { attempt: 0, reason: 'CreateContainerConfigError' as const, message: 'configmap "x" not found', at: at(9), count: 1 };
    const { status, actions, wakeAt } = plan({ activity: { startFailures: new Map([['app', failure]]) } });
    expect(only(status).state?.waiting).toEqual({ reason: 'CreateContainerConfigError', message: 'configmap "x" not found' });
    expect(actions).toEqual([]);
    expect(wakeAt).toEqual(at(11));
    expect(status.phase).toBe('Pending');
  });
});

describe('qosClass', () => {
  const withResources = (resources: object) => plan({ pod: pod({ containers: [container('app', { resources })] }) }).status.qosClass;
  it('follows requests and limits', () => {
    expect(withResources({ requests: { cpu: '1' } })).toBe('Burstable');
    expect(withResources({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } })).toBe('Guaranteed');
    expect(withResources({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } })).toBe('Burstable');
  });
});
