import { describe, expect, it } from 'vitest';
import { create, type Manifest, row, update } from '../../admission.fixture.ts';
import type { Service } from './service.ts';
import { services } from './services.ts';

const service = (spec: object = {}): Manifest => ({ spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } });

describe('defaults of a Service', () => {
  const cases: [string, object, object][] = [
    [
      'inside the cluster',
      {},
      {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
    ],
    ['on every node', { type: 'NodePort' }, { externalTrafficPolicy: 'Cluster' }],
    ['behind a balancer', { type: 'LoadBalancer' }, { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Cluster' }],
    ['with affinity', { sessionAffinity: 'ClientIP' }, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }],
    ['headless', { clusterIP: 'None' }, { clusterIPs: ['None'], ipFamilies: ['IPv4'] }],
    [
      'headless without selector',
      { clusterIP: 'None', selector: undefined },
      { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' },
    ],
  ];
  it.each(cases)('%s', (_name, spec, filled) => {
    const { object, errors } = create(services, service(spec));
    expect(errors).toEqual([]);
    expect(object.spec).toMatchObject(filled);
    expect(object.status).toEqual({ loadBalancer: {} });
  });

  it('of a mere name are none', () => {
    const { object, errors } = create(services, { spec: { type: 'ExternalName', externalName: 'example.com' } });
    expect(errors).toEqual([]);
    expect(object.spec).toEqual({ type: 'ExternalName', externalName: 'example.com', sessionAffinity: 'None' });
  });
});

describe('what is refused', () => {
  const cases: [string, object, string[]][] = [
    ['no ports', { ports: [] }, ['spec.ports: Required value']],
    [
      'two ports without names',
      { ports: [{ port: 80 }, { port: 81 }] },
      ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
    ],
    [
      'one port twice',
      {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      },
      ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}'],
    ],
    [
      'a port out of range',
      { ports: [{ port: 70_000, targetPort: 1 }] },
      ['spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ],
    [
      'a node port inside',
      { ports: [{ port: 80, nodePort: 30_080 }] },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      'no address',
      { clusterIP: 'ten' },
      ['spec.clusterIPs[0]: Invalid value: "ten": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    ['a name without a name', { type: 'ExternalName' }, ['spec.externalName: Required value']],
    [
      'an unknown type',
      { type: 'Magic' },
      ['spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
    ],
  ];
  it.each(cases)('%s', (_name, spec, errors) => {
    expect(create(services, service(spec)).errors).toEqual(errors);
  });

  it('a name that DNS has no place for', () => {
    expect(create(services, { ...service(), metadata: { name: '1st' } }).errors).toEqual([
      expect.stringContaining('metadata.name: Invalid value: "1st": a DNS-1035 label must consist of'),
    ]);
  });
});

describe('updates', () => {
  const stored: Service = create(
    services,
    service({ type: 'NodePort', clusterIP: '10.96.1.2', ports: [{ port: 80, nodePort: 30_080 }] }),
  ).object;

  it('keep what was allocated', () => {
    const { object, errors } = update(services, stored, ({ spec }) => {
      delete spec.clusterIP;
      delete spec.clusterIPs;
      spec.ports = [{ port: 80, protocol: 'TCP' }];
    });
    expect(errors).toEqual([]);
    expect(object.spec).toMatchObject({ clusterIP: '10.96.1.2', clusterIPs: ['10.96.1.2'], ports: [{ nodePort: 30_080 }] });
  });

  it('do not move the address', () => {
    const { errors } = update(services, stored, ({ spec }) => {
      spec.clusterIP = '10.96.1.3';
      spec.clusterIPs = ['10.96.1.3'];
    });
    expect(errors).toEqual(['spec.clusterIPs[0]: Invalid value: ["10.96.1.3"]: may not change once set']);
  });

  it('to another type drop what belonged to the first', () => {
    const { object, errors } = update(services, stored, ({ spec }) => {
      spec.type = 'ClusterIP';
    });
    expect(errors).toEqual([]);
    expect(object.spec).not.toHaveProperty('externalTrafficPolicy');
    expect(object.spec.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
  });
});

it.each([
  [
    { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] },
    undefined,
    { Type: 'NodePort', 'External-IP': '<none>', 'Port(s)': '80:30080/TCP', Selector: 'app=web' },
  ],
  [{ type: 'LoadBalancer' }, undefined, { 'External-IP': '<pending>' }],
  [{ type: 'LoadBalancer' }, { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } }, { 'External-IP': '1.2.3.4' }],
  [
    { type: 'ExternalName', externalName: 'example.com', ports: [] },
    undefined,
    { 'Cluster-IP': '<none>', 'External-IP': 'example.com', 'Port(s)': '<none>' },
  ],
])('columns of %o', (spec, status, cells) => {
  const { object } = create(services, service(spec));
  expect(row(services, status === undefined ? object : { ...object, status })).toMatchObject(cells);
});
