import { describe, expect, it } from 'vitest';
import { create, row, update } from '../admission.fixture.ts';
import { leases } from '../coordination/lease.ts';
import { eventsV1 } from '../events/events-v1.ts';
import { configMaps } from './config-map.ts';
import { eventFromCore, eventToCore } from './event/event-conversion.ts';
import { events } from './event/events.ts';
import { namespaces } from './namespace/namespaces.ts';
import { nodes } from './node/nodes.ts';
import { secrets } from './secret/secrets.ts';
import { serviceAccounts } from './service-account.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('Secrets', () => {
  it('take text and store bytes', () => {
    const { object, errors } = create(secrets, { data: { a: base64('1') }, stringData: { a: '2', b: '3' } });
    expect(errors).toEqual([]);
    expect(object).toMatchObject({ type: 'Opaque', data: { a: base64('2'), b: base64('3') } });
    expect(object).not.toHaveProperty('stringData');
    expect(row(secrets, object)).toMatchObject({ Type: 'Opaque', Data: 2 });
  });

  it.each([
    ['kubernetes.io/tls', {}, ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
    [
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': base64('{') },
      ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": must be valid JSON'],
    ],
    ['kubernetes.io/ssh-auth', {}, ['data[ssh-privatekey]: Required value']],
    ['kubernetes.io/service-account-token', {}, ['metadata.annotations[kubernetes.io/service-account.name]: Required value']],
    ['example.com/mine', {}, []],
  ])('of type %s are checked', (type, data, errors) => {
    expect(create(secrets, { type, data }).errors).toEqual(errors);
  });

  it('hold at most a mebibyte', () => {
    expect(create(secrets, { data: { a: Buffer.alloc(1024 * 1024 + 1).toString('base64') } }).errors).toEqual([
      'data: Too long: may not be more than 1048576 bytes',
    ]);
    expect(create(secrets, { data: { a: Buffer.alloc(1024 * 1024).toString('base64') } }).errors).toEqual([]);
  });

  it('keep their type, and all when they are immutable', () => {
    const stored = create(secrets, { immutable: true, data: { a: base64('1') } }).object;
    const { errors } = update(secrets, stored, (draft) => {
      draft.type = 'other';
      draft.data = {};
      draft.immutable = false;
    });
    expect(errors).toEqual([
      'type: Invalid value: "other": field is immutable',
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
  });
});

describe('ConfigMaps', () => {
  it('refuse keys that are no file names, and keys said twice', () => {
    expect(create(configMaps, { data: { 'a b': '', c: '' }, binaryData: { c: '' } }).errors).toEqual([
      expect.stringContaining('data[a b]: Invalid value: "a b": a valid config key must consist of'),
      'data[c]: Invalid value: "c": duplicate of key present in binaryData',
    ]);
  });

  it('count their keys', () => {
    expect(row(configMaps, create(configMaps, { data: { a: '1' }, binaryData: { b: 'MQ==' } }).object)).toMatchObject({
      Data: 2,
      Age: '<unknown>',
    });
  });
});

describe('Namespaces', () => {
  const { object: stored, errors } = create(namespaces, { status: { phase: 'Terminating' } });
  it('carry their name as a label, and are held by their finalizer', () => {
    expect(errors).toEqual([]);
    expect(stored).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'one' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('keep what holds them', () => {
    const { object } = update(namespaces, stored, (draft) => {
      draft.spec = { finalizers: [] };
      draft.metadata.labels = {};
    });
    expect(object.spec.finalizers).toEqual(['kubernetes']);
    expect(object.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'one' });
  });

  it('have names that are DNS labels', () => {
    expect(create(namespaces, { metadata: { name: 'a.b' } }).errors).toEqual([
      expect.stringContaining('metadata.name: Invalid value: "a.b": a lowercase RFC 1123 label'),
    ]);
    expect(create(namespaces, { metadata: { namespace: 'x' } }).errors).toEqual([
      'metadata.namespace: Forbidden: not allowed on this type',
    ]);
  });
});

describe('Events', () => {
  const event = {
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
    reason: 'Pulled',
    message: 'ok ',
    type: 'Normal',
    count: 2,
    source: { component: 'agent', host: 'n' },
    lastTimestamp: '2026-01-02T03:04:00Z',
    firstTimestamp: '2026-01-02T03:00:05Z',
  };
  const { object, errors } = create(events, event);

  it('lie where their object is', () => {
    expect(errors).toEqual([]);
    expect(create(events, { ...event, involvedObject: { namespace: 'other' } }).errors).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
  });

  it('are one object in both groups', () => {
    const other = eventFromCore(object);
    expect(other).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      regarding: { name: 'p' },
      note: 'ok ',
      deprecatedCount: 2,
      deprecatedSource: { component: 'agent' },
    });
    expect(other).not.toHaveProperty('involvedObject');
    expect(eventToCore(other)).toEqual(object);
  });

  it('show when, why and about what', () => {
    expect(row(events, object)).toEqual({
      'Last Seen': '5s',
      Type: 'Normal',
      Reason: 'Pulled',
      Object: 'pod/p',
      Subobject: '',
      Source: 'agent, n',
      Message: 'ok',
      'First Seen': '4m',
      Count: 2,
      Name: 'e',
    });
  });

  it('of the new group say who reports', () => {
    const { errors: missing } = create(eventsV1, {
      metadata: { name: 'e' },
      eventTime: '2026-01-02T03:04:05.000000Z',
      regarding: { namespace: 'default' },
    });
    expect(missing).toEqual([
      'reportingController: Required value',
      'reportingInstance: Required value',
      'action: Required value',
      'reason: Required value',
      'type: Invalid value: "": has invalid value: ',
    ]);
  });
});

describe('Nodes', () => {
  const { object, errors } = create(nodes, {
    metadata: { name: 'n', labels: { 'node-role.kubernetes.io/worker': '' } },
    spec: { unschedulable: true },
    status: {
      capacity: { cpu: '2' },
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { kubeletVersion: 'v1.36.0' },
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    },
  });

  it('register with their status', () => {
    expect(errors).toEqual([]);
    expect(object.status?.allocatable).toEqual({ cpu: '2' });
  });

  it('show whether they take pods', () => {
    expect(row(nodes, object)).toMatchObject({
      Status: 'Ready,SchedulingDisabled',
      Roles: 'worker',
      Version: 'v1.36.0',
      'Internal-IP': '10.0.0.1',
      'External-IP': '<none>',
      'OS-Image': '<unknown>',
    });
    expect(row(nodes, { ...object, spec: {}, status: {} })).toMatchObject({ Status: 'Unknown' });
  });

  it('refuse taints that say one thing twice', () => {
    const taint = { key: 'a', effect: 'NoSchedule' };
    expect(create(nodes, { spec: { taints: [taint, taint] } }).errors).toEqual([
      'metadata.taints[1]: Duplicate value: {"key":"a","value":"","effect":"NoSchedule"}',
    ]);
  });
});

describe('Leases', () => {
  it('last longer than nothing', () => {
    expect(create(leases, { spec: { leaseDurationSeconds: 0 } }).errors).toEqual([
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    ]);
  });

  it('show who holds them', () => {
    expect(row(leases, create(leases, { spec: { holderIdentity: 'me' } }).object)).toMatchObject({ Holder: 'me' });
  });
});

it('ServiceAccounts count their secrets', () => {
  expect(row(serviceAccounts, create(serviceAccounts, {}).object)).toEqual({ Name: 'one', Secrets: 0, Age: '<unknown>' });
});
