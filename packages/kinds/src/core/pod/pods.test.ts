import { describe, expect, it } from 'vitest';
import { create, type Manifest, row, update, updateStatus } from '../../admission.fixture.ts';
import type { Pod } from './pod.ts';
import { pods } from './pods.ts';

const pod = (spec: object = {}, more: Manifest = {}): Manifest => ({
  ...more,
  spec: { containers: [{ name: 'app', image: 'nginx' }], ...spec },
});
const container = (fields: object): Manifest => pod({ containers: [{ name: 'app', image: 'nginx:1', ...fields }] });

describe('defaults of a pod', () => {
  it('are those of Kubernetes', () => {
    expect(create(pods, pod()).object).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'one', namespace: 'default', uid: expect.any(String) },
      spec: {
        containers: [
          {
            name: 'app',
            image: 'nginx',
            imagePullPolicy: 'Always',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
        dnsPolicy: 'ClusterFirst',
        enableServiceLinks: true,
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['localhost:5000/nginx', 'Always'],
    ['localhost:5000/nginx:1.27', 'IfNotPresent'],
    ['nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000', 'IfNotPresent'],
  ])('pulls %s %s', (image, policy) => {
    expect(create(pods, pod({ containers: [{ name: 'app', image }] })).object.spec.containers[0]?.imagePullPolicy).toBe(policy);
  });

  it('takes requests from limits where they are not said', () => {
    const { object } = create(pods, container({ resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } }));
    expect(object.spec.containers[0]?.resources?.requests).toEqual({ cpu: '500m', memory: '1Gi' });
    expect(object.status?.qosClass).toBe('Burstable');
  });

  it('calls it Guaranteed when every container is limited to what it asks for', () => {
    expect(create(pods, container({ resources: { limits: { cpu: '1', memory: '1Gi' } } })).object.status?.qosClass).toBe('Guaranteed');
  });

  it('gives probes, ports and volumes theirs', () => {
    const { object, errors } = create(
      pods,
      pod({
        hostNetwork: true,
        containers: [
          {
            name: 'app',
            image: 'a:1',
            ports: [{ containerPort: 80 }],
            readinessProbe: { httpGet: { port: 80 } },
            volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
          },
        ],
        volumes: [{ name: 'scratch' }, { name: 'keys', secret: { secretName: 'keys' } }],
        serviceAccountName: 'robot',
      }),
    );
    expect(errors).toEqual([]);
    expect(object.spec.containers[0]?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }]);
    expect(object.spec.containers[0]?.readinessProbe).toEqual({
      httpGet: { path: '/', port: 80, scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect(object.spec.volumes).toEqual([
      { name: 'scratch', emptyDir: {} },
      { name: 'keys', secret: { secretName: 'keys', defaultMode: 420 } },
    ]);
    expect(object.spec.serviceAccount).toBe('robot');
  });
});

describe('what is refused', () => {
  const cases: [string, Manifest, string[]][] = [
    ['no containers', pod({ containers: [] }), ['spec.containers: Required value']],
    ['no image', pod({ containers: [{ name: 'app' }] }), ['spec.containers[0].image: Required value']],
    [
      'two containers of one name',
      pod({
        containers: [
          { name: 'a', image: 'x' },
          { name: 'a', image: 'x' },
        ],
      }),
      ['spec.containers[1].name: Duplicate value: "a"'],
    ],
    [
      'a port out of range',
      container({ ports: [{ containerPort: 70_000 }] }),
      ['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ],
    [
      'an unknown protocol',
      container({ ports: [{ containerPort: 1, protocol: 'ICMP' }] }),
      ['spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      'a mount of nothing',
      container({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
      ['spec.containers[0].volumeMounts[0].name: Not found: "data"'],
    ],
    [
      'more asked for than allowed',
      container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      'a made-up resource',
      container({ resources: { limits: { gpus: '1' } } }),
      [
        'spec.containers[0].resources.limits.gpus: Invalid value: "gpus": must be a standard resource type or fully qualified',
        'spec.containers[0].resources.limits.gpus: Invalid value: "gpus": must be a standard resource for containers',
        'spec.containers[0].resources.requests.gpus: Invalid value: "gpus": must be a standard resource type or fully qualified',
        'spec.containers[0].resources.requests.gpus: Invalid value: "gpus": must be a standard resource for containers',
      ],
    ],
    [
      'a probe that does nothing',
      container({ livenessProbe: {} }),
      ['spec.containers[0].livenessProbe: Required value: must specify a handler type'],
    ],
    [
      'a liveness probe that needs two successes',
      container({ livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } }),
      ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      'an environment variable from nowhere',
      container({ env: [{ name: 'A', valueFrom: {} }] }),
      [
        'spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ],
    ],
    [
      'a field that the downward API does not tell',
      container({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.foo' } } }] }),
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo',
      ],
    ],
    [
      'two sources for one volume',
      pod({ volumes: [{ name: 'v', emptyDir: {}, secret: { secretName: 's' } }] }),
      ['spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'a toleration of everything that says Equal',
      pod({ tolerations: [{ operator: 'Equal' }] }),
      [
        'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    ],
    [
      'affinity without a topology',
      pod({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }] } } }),
      ['spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty'],
    ],
    [
      'probes of an init container',
      pod({ initContainers: [{ name: 'init', image: 'x', readinessProbe: { exec: { command: ['true'] } } }] }),
      ['spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always'],
    ],
    [
      'a bad label',
      pod({}, { metadata: { name: 'one', labels: { 'a b': 'c' } } }),
      [expect.stringContaining('metadata.labels: Invalid value: "a b": name part must consist of')],
    ],
    [
      'two host ports alike',
      pod({
        containers: [
          { name: 'a', image: 'x', ports: [{ containerPort: 1, hostPort: 80 }] },
          { name: 'b', image: 'x', ports: [{ containerPort: 2, hostPort: 80 }] },
        ],
      }),
      ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
    ],
    [
      'an unknown restart policy',
      pod({ restartPolicy: 'Sometimes' }),
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"'],
    ],
  ];
  it.each(cases)('%s', (_name, manifest, errors) => {
    expect(create(pods, manifest).errors).toEqual(errors);
  });

  it('answers with warnings where a pod works but is likely not meant so', () => {
    const { warnings, errors } = create(
      pods,
      container({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      }),
    );
    expect(errors).toEqual([]);
    expect(warnings).toEqual(['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply']);
  });
});

describe('updates', () => {
  const stored = create(pods, pod({ activeDeadlineSeconds: 60 })).object;
  it('may change images, shorten the deadline and add tolerations', () => {
    const { errors } = update(pods, stored, ({ spec }) => {
      if (spec.containers[0] !== undefined) spec.containers[0].image = 'nginx:2';
      spec.activeDeadlineSeconds = 30;
      spec.tolerations = [{ key: 'a', operator: 'Exists' }];
    });
    expect(errors).toEqual([]);
  });

  it('may change nothing else', () => {
    const { errors } = update(pods, stored, ({ spec }) => {
      spec.nodeName = 'other';
    });
    expect(errors).toEqual([
      expect.stringMatching(/^spec: Forbidden: pod updates may not change fields other than .*\nchanged: spec\.nodeName$/),
    ]);
  });

  it('keep the status', () => {
    const { object } = update(pods, stored, (draft) => {
      draft.status = { phase: 'Running' };
    });
    expect(object.status).toEqual(stored.status);
  });

  it('of status do not revive what never restarts', () => {
    const ended: Pod = {
      ...create(pods, pod({ restartPolicy: 'Never' })).object,
      status: { containerStatuses: [status('app', { terminated: { exitCode: 0 } })] },
    };
    const errors = updateStatus(pods, ended, (draft) => {
      draft.status = { containerStatuses: [status('app', { running: {} })] };
    });
    expect(errors).toEqual(['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state']);
  });
});

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

function status(name: string, state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}): ContainerStatus {
  return { name, image: 'x', imageID: '', ready: state?.running !== undefined, restartCount: 0, state, ...more };
}

describe('columns', () => {
  const base = create(
    pods,
    pod({ initContainers: [{ name: 'init', image: 'x' }] }, { metadata: { name: 'one', creationTimestamp: '2026-01-02T03:00:00Z' } }),
  ).object;
  const done = status('init', { terminated: { exitCode: 0, reason: 'Completed' } });
  const cases: [string, Pod['status'], Partial<Pod['metadata']>, object][] = [
    [
      'waits for its init container',
      { phase: 'Pending', initContainerStatuses: [status('init', { running: {} })] },
      {},
      { Status: 'Init:0/1', Ready: '0/1' },
    ],
    [
      'fails in its init container',
      { phase: 'Pending', initContainerStatuses: [status('init', { terminated: { exitCode: 1 } })] },
      {},
      { Status: 'Init:ExitCode:1' },
    ],
    [
      'is being made',
      { phase: 'Pending', initContainerStatuses: [done], containerStatuses: [status('app', { waiting: { reason: 'ContainerCreating' } })] },
      {},
      { Status: 'ContainerCreating' },
    ],
    [
      'runs',
      {
        phase: 'Running',
        podIPs: [{ ip: '10.0.0.1' }],
        initContainerStatuses: [done],
        containerStatuses: [status('app', { running: {} })],
      },
      {},
      { Status: 'Running', Ready: '1/1', IP: '10.0.0.1', Age: '4m5s', Restarts: '0' },
    ],
    [
      'crashes again and again',
      {
        phase: 'Running',
        initContainerStatuses: [done],
        containerStatuses: [
          status(
            'app',
            { waiting: { reason: 'CrashLoopBackOff' } },
            { restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-02T03:03:05Z' } } },
          ),
        ],
      },
      {},
      { Status: 'CrashLoopBackOff', Restarts: '3 (60s ago)', Ready: '0/1' },
    ],
    [
      'is done',
      {
        phase: 'Succeeded',
        initContainerStatuses: [done],
        containerStatuses: [status('app', { terminated: { exitCode: 0, reason: 'Completed' } })],
      },
      {},
      { Status: 'Completed' },
    ],
    [
      'was killed',
      { phase: 'Failed', initContainerStatuses: [done], containerStatuses: [status('app', { terminated: { exitCode: 137, signal: 9 } })] },
      {},
      { Status: 'Signal:9' },
    ],
    ['was evicted', { phase: 'Failed', reason: 'Evicted' }, {}, { Status: 'Evicted' }],
    [
      'goes away',
      { phase: 'Running', initContainerStatuses: [done], containerStatuses: [status('app', { running: {} })] },
      { deletionTimestamp: '2026-01-02T03:04:00Z' },
      { Status: 'Terminating' },
    ],
    [
      'has nothing yet',
      { phase: 'Pending' },
      {},
      { Status: 'Pending', Node: '<none>', IP: '<none>', 'Nominated Node': '<none>', 'Readiness Gates': '<none>' },
    ],
  ];
  it.each(cases)('of a pod that %s', (_name, podStatus, metadata, cells) => {
    expect(row(pods, { ...base, metadata: { ...base.metadata, ...metadata }, status: podStatus })).toMatchObject(cells);
  });
});

it.each([
  ['never placed', {}, 5, 0],
  ['placed', { nodeName: 'n' }, undefined, 30],
  ['placed, and asked for', { nodeName: 'n' }, 5, 5],
  ['placed, and asked for less than nothing', { nodeName: 'n' }, -1, 1],
])('a pod that is %s is waited for', (_name, spec, asked, seconds) => {
  expect(pods.strategy.deletionGraceSeconds?.(create(pods, pod(spec)).object, asked)).toBe(seconds);
});

it('warns of annotations whose place is a field now', () => {
  const { warnings } = create(
    pods,
    pod({}, { metadata: { name: 'one', annotations: { 'container.apparmor.security.beta.kubernetes.io/app': 'unconfined' } } }),
  );
  expect(warnings).toEqual([
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/app]: deprecated since v1.30; use the "appArmorProfile" field instead',
  ]);
});
