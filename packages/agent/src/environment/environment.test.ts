import type { ConfigMap, Container, Secret, Service } from '@kajitori/kinds';
import { describe, expect, it } from 'vitest';
import type { PodFacts, PodObjects } from '../model/pod-objects.ts';
import { environmentOf } from './environment.ts';
import { expand } from './expand.ts';

const meta = (name: string) => ({ name, namespace: 'shop', uid: name });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const settings: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('settings'), data: { color: 'red', 'a=b': 'x' } };
const empty: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('empty') };
const login: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: meta('login'), data: { password: base64('pw') } };
const redis = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta('redis-a'),
  spec: { clusterIP: '10.96.0.5', ports: [{ name: 'main', port: 6379 }] },
} as Service;

const objects: PodObjects = {
  configMap: (_namespace, name) => [settings, empty].find(({ metadata }) => metadata.name === name),
  secret: (_namespace, name) => (name === 'login' ? login : undefined),
  services: () => [redis],
};

const facts: PodFacts = {
  pod: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'u', labels: { b: '2', a: 'x "y"' } },
    spec: { containers: [], enableServiceLinks: false },
  },
  podIps: ['10.0.0.2'],
  hostIps: ['192.0.2.1'],
  nodeName: 'n1',
  allocatable: { cpu: '2', memory: '1Gi' },
};

const of = (container: Partial<Container>, more: Partial<PodFacts> = {}) =>
  environmentOf({ container: { name: 'app', ...container }, facts: { ...facts, ...more }, objects });

describe('variables in text', () => {
  it.each([
    ['$(A)-$(B)', '1-$(B)'],
    ['$$(A) $$$(A)', '$(A) $1'],
    ['$A $( $', '$A $( $'],
    ['$(A$(A))', '$(A$(A))'],
  ])('%s', (text, expected) => expect(expand(text, new Map([['A', '1']]))).toBe(expected));
});

describe('environment', () => {
  it('is built in order, later words over earlier ones, and fills in what came before', () => {
    const env = [
      { name: 'color', value: 'blue' },
      { name: 'both', value: '$(color)$(later)' },
      { name: 'later', value: '1' },
    ];
    expect(
      of({
        envFrom: [
          { prefix: 'P_', configMapRef: { name: 'settings' } },
          { configMapRef: { name: 'settings' } },
          { secretRef: { name: 'login' } },
        ],
        env,
      }).env,
    ).toEqual(['P_color=red', 'color=blue', 'password=pw', 'both=blue$(later)', 'later=1']);
  });

  it('reaches command and arguments', () => {
    expect(of({ env: [{ name: 'A', value: '1' }], command: ['run', '$(A)'], args: ['$(B)'] })).toMatchObject({
      command: ['run', '1'],
      args: ['$(B)'],
    });
    expect(of({})).toEqual({ env: [] });
  });

  it('knows its pod', () => {
    const field = (fieldPath: string) => of({ env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath } } }] }).env[0]?.slice(2);
    expect(
      [
        'metadata.name',
        'metadata.uid',
        'spec.nodeName',
        'status.podIP',
        'status.hostIP',
        "metadata.labels['b']",
        "metadata.annotations['none']",
      ].map(field),
    ).toEqual(['web', 'u', 'n1', '10.0.0.2', '192.0.2.1', '2', '']);
    expect(field('metadata.labels')).toBe('a="x \\"y\\""\nb="2"');
    expect(() => field('spec.containers')).toThrow('unsupported fieldPath: spec.containers');
  });

  it('knows its resources, rounded up to the divisor', () => {
    const resources = { limits: { cpu: '1500m' }, requests: { memory: '100Mi' } };
    const resource = (name: string, divisor?: string) =>
      of({ resources, env: [{ name: 'X', valueFrom: { resourceFieldRef: { resource: name, divisor } } }] }).env[0]?.slice(2);
    expect([
      resource('limits.cpu'),
      resource('limits.cpu', '1m'),
      resource('requests.memory', '1Mi'),
      resource('limits.memory', '1Mi'),
      resource('requests.cpu'),
    ]).toEqual(['2', '1500', '100', '1024', '0']);
  });

  it('tells what is missing in the kubelet’s words, unless it is optional', () => {
    const env = (valueFrom: object) => () => of({ env: [{ name: 'X', valueFrom }] }).env;
    expect(env({ configMapKeyRef: { name: 'none', key: 'k' } })).toThrow('configmap "none" not found');
    expect(env({ configMapKeyRef: { name: 'settings', key: 'k' } })).toThrow("couldn't find key k in ConfigMap shop/settings");
    expect(env({ secretKeyRef: { name: 'login', key: 'k' } })).toThrow("couldn't find key k in Secret shop/login");
    expect(env({ secretKeyRef: { name: 'none', key: 'k' } })).toThrow('secret "none" not found');
    expect(env({ secretKeyRef: { name: 'none', key: 'k', optional: true } })()).toEqual([]);
    expect(() => of({ envFrom: [{ secretRef: { name: 'none' } }] })).toThrow('secret "none" not found');
    expect(of({ envFrom: [{ configMapRef: { name: 'none', optional: true } }, { configMapRef: { name: 'empty' } }] }).env).toEqual([]);
  });

  it('names Services unless the pod does not want them', () => {
    const linked = { ...facts.pod, spec: { containers: [] } };
    expect(of({}, { pod: linked }).env).toEqual([
      'REDIS_A_SERVICE_HOST=10.96.0.5',
      'REDIS_A_SERVICE_PORT=6379',
      'REDIS_A_SERVICE_PORT_MAIN=6379',
      'REDIS_A_PORT=tcp://10.96.0.5:6379',
      'REDIS_A_PORT_6379_TCP=tcp://10.96.0.5:6379',
      'REDIS_A_PORT_6379_TCP_PROTO=tcp',
      'REDIS_A_PORT_6379_TCP_PORT=6379',
      'REDIS_A_PORT_6379_TCP_ADDR=10.96.0.5',
    ]);
  });
});
