import { AccountsError } from '@kajitori/accounts';
import type { Hello } from '@kajitori/agent-protocol';
import { newClusterId, systemClock } from '@kajitori/apimachinery';
import { ClusterGoneError, openMemoryStorage } from '@kajitori/storage';
import { silentLogger } from '@kajitori/telemetry';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterTails } from '../desired/cluster-tail.ts';
import { GatewayMetrics } from '../gateway-metrics.ts';
import type { NodeIdentity, NodePrincipal } from '../identity.ts';
import { MemorySessionDirectory } from '../sessions/memory-session-directory.ts';
import { BadTokenError, openSession } from './open-session.ts';
import type { SessionParts } from './session-parts.ts';

const cluster = newClusterId();
const principal = { credentialId: 'c1', organizationId: 'o', clusterId: cluster, nodeName: 'n1' } as unknown as NodePrincipal;
const hello: Hello = {
  type: 'hello',
  protocol: { oldest: 1, newest: 1 },
  agentVersion: 'v1',
  nodeName: 'n1',
  bootId: 'b',
  capabilities: [],
  credentialHash: 'a'.repeat(64),
};
const join = { joinToken: 't' };
let parts: SessionParts;
let joining: () => Promise<NodePrincipal>;

beforeEach(async () => {
  const storage = openMemoryStorage();
  await storage.clusters.create(cluster);
  joining = async () => principal;
  const identity: NodeIdentity = {
    checkJoinToken: async () => ({}),
    join: () => joining(),
    authenticate: async () => principal,
    rotate: async () => principal,
    endReplaced: async () => undefined,
    ended: async () => [],
  };
  parts = {
    identity,
    fences: storage.fences,
    directory: new MemorySessionDirectory({ instance: 'g', address: 'a:1' }),
    tails: new ClusterTails(storage, silentLogger),
    clients: { forNode: () => ({ resource: () => expect.fail('nothing is written yet'), customKinds: async () => [] }) },
    clock: systemClock,
    logger: silentLogger,
    metrics: new GatewayMetrics(),
  };
});

describe('opening a session', () => {
  it('gives every session of a node a higher epoch and puts it into the directory', async () => {
    const first = await openSession(hello, { principal }, parts);
    const second = await openSession(hello, { principal }, parts);
    expect(second.fence.epoch).toBeGreaterThan(first.fence.epoch);
    expect(second).toMatchObject({ principal, protocol: 1, fence: { name: 'node/n1' } });
    expect(await parts.directory.locate({ cluster, node: 'n1' })).toEqual({ instance: 'g', address: 'a:1' });
  });

  it('agrees on the newest version that both speak, and refuses when there is none', async () => {
    expect((await openSession({ ...hello, protocol: { oldest: 1, newest: 7 } }, { principal }, parts)).protocol).toBe(1);
    const newer = openSession({ ...hello, protocol: { oldest: 2, newest: 7 } }, { principal }, parts);
    await expect(newer).rejects.toMatchObject({ reason: 'UnsupportedVersion' });
  });

  it('refuses a node that is not the one of its credential', async () => {
    await expect(openSession({ ...hello, nodeName: 'n2' }, { principal }, parts)).rejects.toMatchObject({ reason: 'InvalidNode' });
  });

  it.each([
    ['conflict', 'NodeNameTaken'],
    ['limit', 'QuotaExceeded'],
    ['invalid', 'InvalidNode'],
  ] as const)('tells an agent that may not join because of a %s', async (why, reason) => {
    joining = () => Promise.reject(new AccountsError(why, 'no', 'Do otherwise.'));
    await expect(openSession(hello, join, parts)).rejects.toMatchObject({ reason, message: 'no. Do otherwise.' });
  });

  it('knows a token that was used up meanwhile, and a hello without the hash of a credential', async () => {
    joining = () => Promise.reject(new AccountsError('unauthenticated', 'used up', 'Make another.'));
    await expect(openSession(hello, join, parts)).rejects.toBeInstanceOf(BadTokenError);
    await expect(openSession({ ...hello, credentialHash: undefined }, join, parts)).rejects.toMatchObject({ reason: 'InvalidNode' });
  });

  it('finds out that the cluster is gone', async () => {
    const elsewhere = { ...principal, clusterId: newClusterId() };
    await expect(openSession(hello, { principal: elsewhere }, parts)).rejects.toBeInstanceOf(ClusterGoneError);
  });
});
