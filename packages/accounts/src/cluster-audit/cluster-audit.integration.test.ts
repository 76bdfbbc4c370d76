import { newClusterId } from '@kajitori/apimachinery';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountsFixture, accountsFixture } from '../../test/fixture.ts';
import type { ClusterAudit, ClusterAuditRow } from './cluster-audit.ts';

let fixture: AccountsFixture;
let audit: ClusterAudit;
const [mine, other] = [newClusterId(), newClusterId()];

const row = (cluster: typeof mine, second: number, more: Partial<ClusterAuditRow> = {}): ClusterAuditRow => ({
  cluster,
  at: new Date(Date.now() - 60_000 + second * 1000).toISOString(),
  username: 'ann',
  verb: 'create',
  resource: 'pods',
  namespace: 'default',
  name: `p${second}`,
  event: { auditID: `${cluster} ${second}`, text: 'a\0b' },
  ...more,
});

async function idsOf(cluster: typeof mine, filter: Parameters<ClusterAudit['list']>[1] = {}): Promise<string[]> {
  return (await audit.list(cluster, filter)).items.map((text) => (JSON.parse(text) as { auditID: string }).auditID.split(' ')[1] ?? '');
}

beforeAll(async () => {
  fixture = await accountsFixture();
  audit = fixture.accounts.clusterAudit;
  await audit.append([
    row(mine, 1),
    row(other, 2),
    row(mine, 3, { username: 'bob', verb: 'delete' }),
    row(mine, 2, { resource: 'pods/exec' }),
  ]);
});
afterAll(() => fixture[Symbol.asyncDispose]());

describe('the audit log of a cluster', () => {
  it('is read newest first, by its own cluster alone', async () => {
    expect(await idsOf(mine)).toEqual(['3', '2', '1']);
    expect(await idsOf(other)).toEqual(['2']);
    expect(await idsOf(newClusterId())).toEqual([]);
  });

  it('is found by each filter', async () => {
    expect(await idsOf(mine, { user: 'bob' })).toEqual(['3']);
    expect(await idsOf(mine, { verb: 'create' })).toEqual(['2', '1']);
    expect(await idsOf(mine, { resource: 'pods/exec' })).toEqual(['2']);
    expect(await idsOf(mine, { name: 'p1', namespace: 'default' })).toEqual(['1']);
    expect(await idsOf(mine, { namespace: 'elsewhere' })).toEqual([]);
    expect(await idsOf(mine, { to: new Date(Date.now() - 3_600_000) })).toEqual([]);
    expect(await idsOf(mine, { from: new Date(Date.now() - 3_600_000) })).toHaveLength(3);
  });

  it('pages, and refuses a cursor that it did not give', async () => {
    const first = await audit.list(mine, { limit: 2 });
    expect(await idsOf(mine, { limit: 2, cursor: first.next })).toEqual(['1']);
    await expect(audit.list(mine, { cursor: 'x' })).rejects.toThrow('this cursor is not one that a list gave');
    const exported: string[] = [];
    for await (const page of audit.pages(mine, {})) exported.push(...page);
    expect(exported).toHaveLength(3);
  });

  it('shows no row to a connection that is bound to no cluster, and is changed by none', async () => {
    const app = postgres(fixture.database.appUrl, { max: 1 });
    try {
      expect(await app`SELECT * FROM audit.events`).toHaveLength(0);
      expect(await app`SELECT * FROM audit.policies`).toHaveLength(0);
      await expect(app`SELECT * FROM audit.sizes`).rejects.toThrow(/permission denied/);
      await expect(app`DELETE FROM audit.events`).rejects.toThrow(/permission denied/);
      await expect(app`UPDATE audit.events SET verb = 'x'`).rejects.toThrow(/permission denied/);
    } finally {
      await app.end();
    }
  });

  it('keeps a policy for each cluster', async () => {
    expect(await audit.policyOf(mine)).toBeUndefined();
    const { actor, organization } = await fixture.tenant('acme');
    const record = { id: mine, organizationId: organization.id, name: 'c' };
    await audit.setPolicy(actor, record, { rules: [1] });
    await audit.setPolicy(actor, record, { rules: [2] });
    expect((await fixture.accounts.audit.list(organization.id)).items[0]).toMatchObject({
      action: 'clusters.set-audit-policy',
      targetId: mine,
    });
    expect(await audit.policyOf(mine)).toEqual({ rules: [2] });
    expect(await audit.policyOf(other)).toBeUndefined();
  });

  it('lets go of what is old, of the oldest where it is too much, and of all when the cluster ends', async () => {
    const [old, large] = [newClusterId(), newClusterId()];
    await audit.append([row(old, -8 * 24 * 3600), row(old, 1)]);
    await audit.prune();
    expect(await idsOf(old)).toEqual(['1']);
    const event = (second: number) => ({ auditID: `x ${second}`, text: 'x'.repeat(100_000) });
    await audit.append([1, 2, 3, 4].map((second) => row(large, second, { event: event(second) })));
    await audit.prune({ days: 7, bytes: 250_000 });
    expect(await idsOf(large)).toEqual(['4', '3']);
    await audit.prune({ days: 7, bytes: 250_000 });
    expect(await idsOf(large)).toEqual(['4', '3']);
    await audit.forget(large);
    expect(await idsOf(large)).toEqual([]);
  });
});
