import { readdir } from 'node:fs/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pendingMigration } from '../drizzle/migration.ts';
import { type AccountsFixture, accountsFixture, type Tenant } from '../test/fixture.ts';

let fixture: AccountsFixture;
let mine: Tenant;
let other: Tenant;
let app: postgres.Sql;

/** Tables of accounts that belong to no organization, and why that is right. */
const unbound = new Set(['users', 'sessions', 'credentials', 'verifications', 'platform_keys', 'attempts', 'idempotent_answers']);

beforeAll(async () => {
  fixture = await accountsFixture();
  [mine, other] = [await fixture.tenant('acme'), await fixture.tenant('globex')];
  for (const { actor, organization, project } of [mine, other]) {
    const { id: clusterId } = await fixture.accounts.clusters.create(actor, {
      organizationId: organization.id,
      projectId: project.id,
      name: 'walled',
    });
    await fixture.accounts.joinTokens.create(actor, { organizationId: organization.id, clusterId });
    await fixture.accounts.keys.create(actor, {
      name: 'k',
      role: 'viewer',
      scope: { type: 'cluster', organizationId: organization.id, clusterId },
    });
    await fixture.accounts.members.invite(actor, 'owner', organization.id, { email: 'guest@example.com', role: 'viewer' });
    await fixture.accounts.usage.record(organization.id, [
      { clusterId, metric: 'node_seconds', hour: new Date('2026-01-01T00:00:00Z'), quantity: 1 },
    ]);
  }
  app = postgres(fixture.database.appUrl, { max: 1 });
});
afterAll(async () => {
  await app.end();
  await fixture[Symbol.asyncDispose]();
});

async function walledTables(): Promise<string[]> {
  const rows = await app<
    { name: string }[]
  >`SELECT relname AS name FROM pg_class WHERE relnamespace = 'accounts'::regnamespace AND relkind = 'r' ORDER BY 1`;
  return rows.map(({ name }) => name).filter((name) => !unbound.has(name));
}

describe('the wall in the database', () => {
  it('shows no row to a query that names no organization', async () => {
    const tables = await walledTables();
    expect(tables.length).toBeGreaterThan(8);
    const seen = await Promise.all(tables.map(async (table) => [table, (await app`SELECT * FROM accounts.${app(table)}`).length]));
    expect(seen).toEqual(tables.map((table) => [table, 0]));
  });

  it('shows an organization its own rows only, and lets it write no other’s', async () => {
    for (const table of await walledTables()) {
      await app.begin(async (tx) => {
        await tx`SELECT set_config('kajitori.organization', ${mine.organization.id}, true)`;
        const column = table === 'organizations' ? 'id' : 'organization_id';
        const rows = await tx<{ owner: string }[]>`SELECT ${tx(column)} AS owner FROM accounts.${tx(table)}`;
        expect({ table, owners: [...new Set(rows.map(({ owner }) => owner))] }).toEqual({
          table,
          owners: table === 'node_credentials' ? [] : [mine.organization.id],
        });
      });
    }
    const foreignProject = app.begin(async (tx) => {
      await tx`SELECT set_config('kajitori.organization', ${mine.organization.id}, true)`;
      await tx`INSERT INTO accounts.projects (id, organization_id, name) VALUES ('p-x', ${other.organization.id}, 'x')`;
    });
    await expect(foreignProject).rejects.toThrow(/row-level security/);
  });

  it('lets nobody change what was audited', async () => {
    await expect(app`UPDATE accounts.audit_entries SET action = 'x'`).rejects.toThrow(/permission denied/);
    await expect(app`DELETE FROM accounts.audit_entries`).rejects.toThrow(/permission denied/);
  });

  it('keeps no secret in clear', async () => {
    const owner = postgres(fixture.database.ownerUrl, { max: 1 });
    const tokens = await fixture.accounts.keys.create(mine.actor, {
      name: 'secret',
      role: 'viewer',
      scope: { type: 'organization', organizationId: mine.organization.id },
    });
    await fixture.accounts.certificates.servingAuthority();
    const tables = await owner<
      { name: string }[]
    >`SELECT relname AS name FROM pg_class WHERE relnamespace = 'accounts'::regnamespace AND relkind = 'r'`;
    for (const { name } of tables) {
      const rows = await owner<{ text: string }[]>`SELECT t::text AS text FROM accounts.${owner(name)} t`;
      for (const { text } of rows) {
        expect(text).not.toContain(tokens.token);
        expect(text).not.toContain(mine.password);
        expect(text).not.toContain('PRIVATE KEY');
      }
    }
    await owner.end();
  });
});

it('migrations lead to the schema that the code says', async () => {
  expect((await pendingMigration()).statements).toEqual([]);
  const folder = new URL('../../../migrations/', import.meta.url);
  expect((await readdir(folder)).filter((name) => name.startsWith('01')).length).toBeGreaterThan(1);
});
