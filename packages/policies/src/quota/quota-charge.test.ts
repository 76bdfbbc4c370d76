import type { KubeObject } from '@kajitori/apimachinery';
import type { ResourceQuota } from '@kajitori/kinds';
import { describe, expect, it } from 'vitest';
import { type Charged, chargeQuota, type QuotaCharge } from './quota-charge.ts';
import { quotaStatus } from './quota-status.ts';

const now = new Date('2026-03-01T00:00:00Z');

function quota(hard: Record<string, string>, used: Record<string, string> = {}, spec: object = {}): ResourceQuota {
  const all = Object.fromEntries(Object.keys(hard).map((name) => [name, used[name] ?? '0']));
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard, ...spec }, status: { hard, used: all } };
}

function charged(resource: string, fields: object, { group = '', old }: { group?: string; old?: object } = {}): Charged {
  const object = { apiVersion: 'v1', kind: 'X', metadata: {}, ...fields } as KubeObject;
  return { group, resource, object, ...(old === undefined ? {} : { old: { ...object, ...old } }) };
}

const pod = (resources: object, spec: object = {}): Charged =>
  charged('pods', { spec: { containers: [{ name: 'c', resources }], ...spec } });
const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'x', namespaces: ['other'] }] } };

const table: [what: string, quota: ResourceQuota, charged: Charged, charge: QuotaCharge][] = [
  ['another kind', quota({ secrets: '1' }), charged('configmaps', {}), undefined],
  [
    'a count',
    quota({ 'count/configmaps': '2', configmaps: '5' }),
    charged('configmaps', {}),
    { used: { 'count/configmaps': '1', configmaps: '1' } },
  ],
  [
    'a count of a group',
    quota({ 'count/jobs.batch': '1' }, { 'count/jobs.batch': '1' }),
    charged('jobs', {}, { group: 'batch' }),
    { refused: 'exceeded quota: q, requested: count/jobs.batch=1, used: count/jobs.batch=1, limited: count/jobs.batch=1' },
  ],
  [
    'amounts',
    quota({ cpu: '1', 'limits.memory': '1Gi', pods: '3' }),
    pod({ requests: { cpu: '250m' }, limits: { memory: '512Mi' } }),
    { used: { cpu: '250m', 'limits.memory': '512Mi', pods: '1' } },
  ],
  [
    'two exceeded',
    quota({ pods: '1', cpu: '1' }, { pods: '1', cpu: '900m' }),
    pod({ requests: { cpu: '200m' } }),
    { refused: 'exceeded quota: q, requested: cpu=200m,pods=1, used: cpu=900m,pods=1, limited: cpu=1,pods=1' },
  ],
  [
    'silent containers',
    quota({ 'limits.cpu': '1', memory: '1' }),
    charged('pods', { spec: { containers: [{ name: 'b' }, { name: 'a' }] } }),
    { refused: 'failed quota: q: must specify limits.cpu for: a,b; memory for: a,b' },
  ],
  [
    'extended resources',
    quota({ 'requests.example.com/gpu': '1' }, { 'requests.example.com/gpu': '1' }),
    pod({ requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '1' } }),
    {
      refused:
        'exceeded quota: q, requested: requests.example.com/gpu=1, used: requests.example.com/gpu=1, limited: requests.example.com/gpu=1',
    },
  ],
  [
    'init containers',
    quota({ cpu: '5' }),
    pod({ requests: { cpu: '1' } }, { initContainers: [{ name: 'i', resources: { requests: { cpu: '3' } } }], overhead: { cpu: '100m' } }),
    { used: { cpu: '3100m' } },
  ],
  [
    'a class of storage',
    quota({ 'gold.storageclass.storage.k8s.io/requests.storage': '10Gi', 'requests.storage': '20Gi' }),
    charged('persistentvolumeclaims', { spec: { storageClassName: 'gold', resources: { requests: { storage: '8Gi' } } } }),
    { used: { 'gold.storageclass.storage.k8s.io/requests.storage': '8Gi', 'requests.storage': '8Gi' } },
  ],
  [
    'another class of storage',
    quota({ 'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '0' }),
    charged('persistentvolumeclaims', { spec: { storageClassName: 'tin' } }),
    undefined,
  ],
  [
    'a claim that grows',
    quota({ 'requests.storage': '3Gi' }, { 'requests.storage': '2Gi' }),
    charged(
      'persistentvolumeclaims',
      { spec: { resources: { requests: { storage: '4Gi' } } } },
      { old: { spec: { resources: { requests: { storage: '2Gi' } } } } },
    ),
    { refused: 'exceeded quota: q, requested: requests.storage=2Gi, used: requests.storage=2Gi, limited: requests.storage=3Gi' },
  ],
  [
    'a claim that shrinks',
    quota({ 'requests.storage': '3Gi' }, { 'requests.storage': '3Gi' }),
    charged(
      'persistentvolumeclaims',
      { spec: { resources: { requests: { storage: '1Gi' } } } },
      { old: { spec: { resources: { requests: { storage: '2Gi' } } } } },
    ),
    undefined,
  ],
  [
    'load balancers',
    quota({ 'services.loadbalancers': '0' }),
    charged('services', { spec: { type: 'LoadBalancer', ports: [{ port: 1 }] } }),
    {
      refused: 'exceeded quota: q, requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0',
    },
  ],
  ['an ended pod', quota({ pods: '0' }), charged('pods', { spec: { containers: [] }, status: { phase: 'Succeeded' } }), undefined],
  ['out of scope', quota({ pods: '0' }, {}, { scopes: ['Terminating'] }), pod({}), undefined],
  ['in scope', quota({ pods: '1' }, {}, { scopes: ['NotTerminating', 'BestEffort'] }), pod({}), { used: { pods: '1' } }],
  [
    'of a priority',
    quota({ pods: '1' }, {}, { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } }),
    pod({}, { priorityClassName: 'high' }),
    { used: { pods: '1' } },
  ],
  [
    'of another priority',
    quota({ pods: '0' }, {}, { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } }),
    pod({}),
    undefined,
  ],
  [
    'looking into namespaces',
    quota({ pods: '1' }, {}, { scopes: ['CrossNamespacePodAffinity'] }),
    pod({}, { affinity }),
    { used: { pods: '1' } },
  ],
  [
    'a quota that was not counted yet',
    { ...quota({ pods: '1' }), status: { hard: { pods: '1' } } },
    pod({}),
    { refused: 'status unknown for quota: q, resources: pods' },
  ],
];

describe('a write that is charged to a quota', () => {
  it.each(table)('%s', (_what, found, write, charge) => {
    expect(chargeQuota(found, write, now)).toEqual(charge);
  });
});

it('counts what is there, without what has ended or should have', () => {
  const objects = [
    { spec: { containers: [] } },
    { spec: { containers: [] }, status: { phase: 'Failed' } },
    { metadata: { deletionTimestamp: '2026-02-28T23:59:00Z', deletionGracePeriodSeconds: 30 }, spec: { containers: [] } },
    { metadata: { deletionTimestamp: '2026-02-28T23:59:50Z', deletionGracePeriodSeconds: 30 }, spec: { containers: [] } },
  ].map((one) => Object.assign({ apiVersion: 'v1', kind: 'Pod', metadata: {} }, one));
  const found = quota({ pods: '9', 'count/pods': '9', 'count/things.example.com': '3' }, { 'count/things.example.com': '2' });
  const status = quotaStatus(found, ({ resource }) => (resource === 'pods' ? objects : undefined), now);
  expect(status.used).toEqual({ pods: '2', 'count/pods': '4', 'count/things.example.com': '2' });
});
