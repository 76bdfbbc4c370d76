import { describe, expect, it } from 'vitest';
import { create, type Manifest, row, update } from './admission.fixture.ts';
import { autoscalerFromV1, autoscalerToV1 } from './autoscaling/horizontal-pod-autoscaler/autoscaler-conversion.ts';
import { limitRanges } from './core/limit-range.ts';
import { persistentVolumeClaims } from './core/persistent-volume-claim/persistent-volume-claims.ts';
import { persistentVolumes } from './core/persistent-volume/persistent-volumes.ts';
import { resourceQuotas } from './core/resource-quota.ts';
import { endpointSlices } from './discovery/endpoint-slice.ts';
import {
  clusterRoleBindings,
  clusterRoles,
  daemonSets,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
  ingresses,
  type Kind,
  networkPolicies,
  podDisruptionBudgets,
  roleBindings,
  roles,
  statefulSets,
} from './index.ts';

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } };
const workload = { selector: { matchLabels: { app: 'a' } }, template };
const service = { service: { name: 'web', port: { number: 80 } } };
const ingressPath = (path: object): Manifest => ({
  spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: service, ...path }] } }] },
});

// Kinds of many types side by side; each manifest is written for its own.
const refused: [string, Kind, Manifest, string[]][] = [
  ['ingress for nothing', ingresses, { spec: {} }, ['spec: Invalid value: []: either `defaultBackend` or `rules` must be specified']],
  [
    'relative path',
    ingresses,
    ingressPath({ path: 'a' }),
    ['spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path'],
  ],
  [
    'path that climbs',
    ingresses,
    ingressPath({ path: '/a/../b' }),
    ['spec.rules[0].http.paths[0].path: Invalid value: "/a/../b": must not contain \'/../\''],
  ],
  [
    'backend without a port',
    ingresses,
    ingressPath({ backend: { service: { name: 'web' } } }),
    ['spec.rules[0].http.paths[0].backend.service.port: Required value: port name or number is required'],
  ],
  ['whole ingress', ingresses, ingressPath({}), []],
  [
    'peer that is nobody',
    networkPolicies,
    { spec: { ingress: [{ from: [{}] }] } },
    ['spec.ingress[0].from[0]: Required value: must specify a peer'],
  ],
  [
    'ports that end before they begin',
    networkPolicies,
    { spec: { ingress: [{ ports: [{ port: 80, endPort: 70 }] }] } },
    ['spec.ingress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`'],
  ],
  [
    'budget of both kinds',
    podDisruptionBudgets,
    { spec: { minAvailable: 1, maxUnavailable: 1 } },
    ['spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set'],
  ],
  [
    'rule for nobody',
    roles,
    { rules: [{ verbs: ['get'] }] },
    [
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  ],
  [
    'path in a namespace',
    roles,
    { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
    ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
  ],
  [
    'aggregation of nothing',
    clusterRoles,
    { aggregationRule: {} },
    ['aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil'],
  ],
  [
    'role for the whole cluster',
    clusterRoleBindings,
    { roleRef: { kind: 'Role', name: 'x' } },
    ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
  ],
  [
    'account without a namespace',
    clusterRoleBindings,
    { roleRef: { kind: 'ClusterRole', name: 'x' }, subjects: [{ kind: 'ServiceAccount', name: 's' }] },
    ['subjects[0].namespace: Required value'],
  ],
  ['claim for nothing', persistentVolumeClaims, { spec: { accessModes: ['ReadWriteOnce'] } }, ['spec.resources[storage]: Required value']],
  [
    'volume without a source',
    persistentVolumes,
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] } },
    ['spec: Required value: must specify a volume type'],
  ],
  ['half a pod', resourceQuotas, { spec: { hard: { pods: '500m' } } }, ['spec.hard[pods]: Invalid value: "500m": must be an integer']],
  [
    'least above most',
    limitRanges,
    { spec: { limits: [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }] } },
    ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
  ],
  [
    'address of another family',
    endpointSlices,
    { addressType: 'IPv4', endpoints: [{ addresses: ['::1'] }] },
    ['endpoints[0].addresses[0]: Invalid value: "::1": must be an IPv4 address'],
  ],
  [
    'fewer than least',
    horizontalPodAutoscalers,
    { spec: { scaleTargetRef: { kind: 'Deployment', name: 'a' }, minReplicas: 3, maxReplicas: 2 } },
    ['spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`'],
  ],
  [
    'daemons that cannot roll',
    daemonSets,
    { spec: { ...workload, updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } } },
    ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
  ],
];

describe('what is refused', () => {
  it.each(refused)('%s', (_name, kind, manifest, errors) => {
    expect(create(kind, manifest).errors).toEqual(errors);
  });
});

describe('defaults', () => {
  it('of a StatefulSet', () => {
    const { object, errors } = create(statefulSets, {
      spec: {
        ...workload,
        volumeClaimTemplates: [
          { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
        ],
      },
    });
    expect(errors).toEqual([]);
    expect(object).toMatchObject({
      spec: {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        volumeClaimTemplates: [{ spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }],
      },
      status: { replicas: 0, availableReplicas: 0 },
    });
  });

  it('of a DaemonSet', () => {
    expect(create(daemonSets, { spec: workload }).object.spec.updateStrategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
    });
  });

  it('of a binding name the group that is always meant', () => {
    const { object, errors } = create(roleBindings, { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] });
    expect(errors).toEqual([]);
    expect(object).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }],
    });
  });

  it('of a LimitRange make requests of limits', () => {
    expect(
      create(limitRanges, { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { memory: '1Mi' } }] } }).object.spec.limits[0],
    ).toMatchObject({
      default: { cpu: '1' },
      defaultRequest: { cpu: '1', memory: '1Mi' },
    });
  });
});

describe('updates', () => {
  it('never change what a binding gives', () => {
    const stored = create(roleBindings, { roleRef: { kind: 'Role', name: 'r' } }).object;
    const { errors } = update(roleBindings, stored, (draft) => {
      draft.roleRef.name = 'admin';
    });
    expect(errors).toEqual([
      'roleRef: Invalid value: {"kind":"Role","name":"admin","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
    ]);
  });

  it('let a bound claim grow, and not shrink', () => {
    const stored = create(persistentVolumeClaims, {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
    }).object;
    const bound = { ...stored, status: { phase: 'Bound', capacity: { storage: '2Gi' } } };
    const to = (storage: string): string[] =>
      update(persistentVolumeClaims, bound, ({ spec }) => void (spec.resources = { requests: { storage } })).errors;
    expect(to('3Gi')).toEqual([]);
    expect(to('1Gi')).toEqual(['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity']);
  });

  it('keep the identity of a StatefulSet', () => {
    const stored = create(statefulSets, { spec: workload }).object;
    const { errors } = update(statefulSets, stored, ({ spec }) => {
      spec.serviceName = 'other';
    });
    expect(errors).toEqual([expect.stringContaining("spec: Forbidden: updates to statefulset spec for fields other than 'replicas'")]);
  });
});

describe('autoscalers', () => {
  const v1 = create(horizontalPodAutoscalersV1, {
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
      maxReplicas: 5,
      targetCPUUtilizationPercentage: 60,
    },
  }).object;

  it('say in version 2 what version 1 said', () => {
    expect(autoscalerFromV1(v1)).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: {
        maxReplicas: 5,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
      },
    });
  });

  it('lose nothing on the way through version 1', () => {
    const v2 = create(horizontalPodAutoscalers, {
      metadata: { name: 'one', annotations: { mine: 'yes' } },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        maxReplicas: 5,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
          { type: 'Pods', pods: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } } },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      },
    }).object;
    expect(autoscalerFromV1(autoscalerToV1({ ...v2, status: { currentReplicas: 2, desiredReplicas: 3 } }))).toEqual({
      ...v2,
      status: { currentReplicas: 2, desiredReplicas: 3 },
    });
  });

  it('show where they are', () => {
    const { object } = create(horizontalPodAutoscalers, { spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 5 } });
    const status = {
      desiredReplicas: 2,
      currentReplicas: 2,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40 } } }],
    };
    expect(row(horizontalPodAutoscalers, { ...object, status })).toMatchObject({
      Reference: 'Deployment/web',
      Targets: 'cpu: 40%/80%',
      MinPods: '1',
      MaxPods: 5,
      Replicas: 2,
    });
  });
});

it.each<[string, Kind, Manifest, object]>([
  [
    'PersistentVolumeClaim',
    persistentVolumeClaims,
    { spec: { accessModes: ['ReadWriteOnce'] } },
    { Status: 'Pending', Volume: '', Capacity: '', 'Access Modes': '', VolumeMode: 'Filesystem' },
  ],
  [
    'PersistentVolume',
    persistentVolumes,
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce', 'ReadOnlyMany'], claimRef: { namespace: 'a', name: 'b' } } },
    { Capacity: '1Gi', 'Access Modes': 'RWO,ROX', Claim: 'a/b', 'Reclaim Policy': 'Retain' },
  ],
  [
    'Ingress',
    ingresses,
    { spec: { rules: [{ host: 'a.example' }, {}], tls: [{}] } },
    { Class: '<none>', Hosts: 'a.example,*', Ports: '80, 443' },
  ],
  [
    'PodDisruptionBudget',
    podDisruptionBudgets,
    { spec: { minAvailable: '50%' } },
    { 'Min Available': '50%', 'Max Unavailable': 'N/A', 'Allowed Disruptions': 0 },
  ],
  ['NetworkPolicy', networkPolicies, { spec: { podSelector: { matchLabels: { a: 'b' } } } }, { 'Pod-Selector': 'a=b' }],
  [
    'EndpointSlice',
    endpointSlices,
    {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['1.1.1.1'] }, { addresses: ['1.1.1.2'] }, { addresses: ['1.1.1.3'] }, { addresses: ['1.1.1.4'] }],
      ports: [{ port: 80 }],
    },
    { Ports: '80', Endpoints: '1.1.1.1,1.1.1.2,1.1.1.3 + 1 more...' },
  ],
])('columns of a %s', (_name, kind, manifest, cells) => {
  expect(row(kind, create(kind, manifest).object)).toMatchObject(cells);
});
