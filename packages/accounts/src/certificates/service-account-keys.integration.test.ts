import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type ClusterId, newClusterId } from '@kajitori/apimachinery';
import { FakeClock } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountsFixture, accountsFixture, type Tenant } from '../../test/fixture.ts';
import type { ClusterRecord } from '../clusters/clusters.ts';
import { ServiceAccountKeys } from './service-account-keys.ts';

let fixture: AccountsFixture;
let tenant: Tenant;
beforeAll(async () => {
  fixture = await accountsFixture();
  tenant = await fixture.tenant('acme');
});
afterAll(() => fixture[Symbol.asyncDispose]());

let count = 0;
const newCluster = (): Promise<ClusterRecord> =>
  fixture.accounts.clusters.create(tenant.actor, {
    organizationId: tenant.organization.id,
    projectId: tenant.project.id,
    name: `c${(count += 1)}`,
  });
const idsOf = (keys: JsonWebKey[]): unknown[] => keys.map(({ kid }) => kid);

describe('keys for ServiceAccount tokens', () => {
  it('are made once for a cluster, whoever comes first, and vouch for it alone', async () => {
    const processes = Array.from({ length: 4 }, () => fixture.open().serviceAccountKeys);
    const [cluster, other] = [newClusterId(), newClusterId()];
    const tokens = await Promise.all(processes.map((one) => one.sign(cluster, { sub: 'a' })));
    for (const token of tokens) expect(await processes[0]?.verify(cluster, token)).toEqual({ sub: 'a' });
    expect(await processes[0]?.verify(other, tokens[0] ?? '')).toBeUndefined();
    for (const text of ['', 'x.y.z', 'eyJhbGciOiJub25lIn0.e30.', `${tokens[0]}x`])
      expect(await processes[0]?.verify(cluster, text)).toBeUndefined();
  });

  it('follow one another: the new one signs everywhere within a second, and the old one’s tokens stay good', async () => {
    const [here, there] = [fixture.open(), fixture.open()];
    const cluster = await newCluster();
    const old = await there.serviceAccountKeys.sign(cluster.id, { sub: 'old' });
    const before = idsOf(await there.serviceAccountKeys.publicKeys(cluster.id));
    const rotated = await here.tokenKeys.rotate(tenant.actor, cluster);
    const fresh = await here.serviceAccountKeys.sign(cluster.id, { sub: 'new' });
    // The other process has the old ring in its cache: a key that it does not know makes it look.
    expect(await there.serviceAccountKeys.verify(cluster.id, fresh)).toEqual({ sub: 'new' });
    for (const one of [here, there]) {
      expect(await one.serviceAccountKeys.verify(cluster.id, old)).toEqual({ sub: 'old' });
      expect(idsOf(await one.serviceAccountKeys.publicKeys(cluster.id))).toEqual([rotated.id, ...before]);
    }
    const audit = await fixture.accounts.audit.list(tenant.organization.id);
    expect(audit.items[0]).toMatchObject({
      action: 'clusters.rotate-token-key',
      targetId: cluster.id,
      actor: tenant.actor.id,
      details: { generation: 2 },
    });
  });

  it('sign no longer with an old key, a second after another process made a new one', async () => {
    const [here, there] = [fixture.open(), fixture.open()];
    const cluster = await newCluster();
    await there.serviceAccountKeys.sign(cluster.id, {});
    const { id } = await here.tokenKeys.rotate(tenant.actor, cluster);
    await pause(1_000);
    const header = (await there.serviceAccountKeys.sign(cluster.id, {})).split('.')[0] ?? '';
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'ES256', kid: id });
  });

  it('end when somebody ends them, but for the one that signs', async () => {
    const { accounts } = fixture;
    const cluster = await newCluster();
    const old = await accounts.serviceAccountKeys.sign(cluster.id, {});
    const [first] = await accounts.tokenKeys.list(cluster);
    await expect(accounts.tokenKeys.end(tenant.actor, cluster, first?.id ?? '')).rejects.toMatchObject({ reason: 'conflict' });
    const second = await accounts.tokenKeys.rotate(tenant.actor, cluster);
    await accounts.tokenKeys.end(tenant.actor, cluster, first?.id ?? '');
    expect(await accounts.serviceAccountKeys.verify(cluster.id, old)).toBeUndefined();
    expect((await accounts.tokenKeys.list(cluster)).map(({ id }) => id)).toEqual([second.id]);
    await expect(accounts.tokenKeys.end(tenant.actor, cluster, first?.id ?? '')).rejects.toMatchObject({ reason: 'notFound' });
    const third = await accounts.tokenKeys.rotate(tenant.actor, cluster);
    expect(third.generation).toBe(3);
  });

  it('are rotated once by a request that is sent twice, and by one of two at a time', async () => {
    const { accounts } = fixture;
    const cluster = await newCluster();
    const actor = { ...tenant.actor, idempotency: { key: cluster.id, request: 'POST' } };
    const [one, same] = [await accounts.tokenKeys.rotate(actor, cluster), await accounts.tokenKeys.rotate(actor, cluster)];
    expect(same.id).toBe(one.id);
    const both = await Promise.allSettled([fixture.open(), fixture.open()].map(({ tokenKeys }) => tokenKeys.rotate(tenant.actor, cluster)));
    const made = both.filter(({ status }) => status === 'fulfilled').length;
    expect((await accounts.tokenKeys.list(cluster)).length).toBe(2 + made);
    const refused = both.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { reason: string }).reason] : []));
    expect(refused).toEqual(made === 2 ? [] : ['conflict']);
  });

  it('are of a bounded number', async () => {
    const { accounts } = fixture;
    const cluster = await newCluster();
    // One after the other, as their numbers are.
    for (let made = 1; made < 10; made += 1) await accounts.tokenKeys.rotate(tenant.actor, cluster);
    await expect(accounts.tokenKeys.rotate(tenant.actor, cluster)).rejects.toMatchObject({ reason: 'limit' });
  });
});

describe('published keys', () => {
  it('are those whose tokens can be good', async () => {
    const clock = new FakeClock('2026-01-01T00:00:00Z');
    const made = [3, 2, 1].map((generation) => ({ generation, createdAt: new Date(Date.UTC(2026, 0, generation * 10)) }));
    const pairs = new Map(made.map(({ generation }) => [generation, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey]));
    const keys = new ServiceAccountKeys({
      clock,
      generations: async () => made,
      privateKey: async (_, generation) => pairs.get(generation),
      issuer: async () => 'https://issuer',
    });
    const cluster = 'c-x' as ClusterId;
    expect((await keys.publicKeys(cluster)).length).toBe(3);
    // A year and a day after the first was replaced.
    clock.advance(Date.UTC(2027, 0, 22) - Date.UTC(2026, 0, 1));
    expect((await keys.publicKeys(cluster)).length).toBe(2);
    clock.advance(1000 * 24 * 3_600_000);
    expect((await keys.publicKeys(cluster)).length).toBe(1);
  });
});
