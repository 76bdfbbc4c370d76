import { describe, expect, it } from 'vitest';
import { parseResolvConf, podDns } from './pod-dns.ts';

const host = parseResolvConf('# comment\nnameserver 192.0.2.53\nsearch example.test corp.test\noptions edns0\n');
const network = { clusterDomain: 'cluster.local', clusterDns: ['10.96.0.10'] };
const pod = (spec: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u' },
  spec: { containers: [], ...spec },
});

describe('a pod’s names', () => {
  it('are asked of the cluster first', () => {
    const expected = {
      nameservers: ['10.96.0.10'],
      searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.test', 'corp.test'],
      options: ['ndots:5'],
    };
    expect(podDns(pod({}), network, host)).toEqual(expected);
    expect(podDns(pod({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }), network, host)).toEqual(expected);
  });

  it('are asked as the machine does where the cluster has no server, or the pod wants it so', () => {
    expect(podDns(pod({}), { ...network, clusterDns: [] }, host)).toBeUndefined();
    expect(podDns(pod({ dnsPolicy: 'Default' }), network, host)).toBeUndefined();
    expect(podDns(pod({ hostNetwork: true }), network, host)).toBeUndefined();
  });

  it('follow the pod’s own configuration', () => {
    const dnsConfig = {
      nameservers: ['203.0.113.1'],
      searches: ['own.test'],
      options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
    };
    expect(podDns(pod({ dnsPolicy: 'None', dnsConfig }), network, host)).toEqual({
      nameservers: ['203.0.113.1'],
      searches: ['own.test'],
      options: ['ndots:2', 'rotate'],
    });
    expect(podDns(pod({ dnsConfig }), network, host)).toMatchObject({
      nameservers: ['10.96.0.10', '203.0.113.1'],
      options: ['ndots:2', 'rotate'],
    });
    expect(podDns(pod({ dnsPolicy: 'Default', dnsConfig }), network, host)).toMatchObject({
      nameservers: ['192.0.2.53', '203.0.113.1'],
      options: ['edns0', 'ndots:2', 'rotate'],
    });
  });
});
