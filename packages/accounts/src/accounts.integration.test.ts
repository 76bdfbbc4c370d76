import { newSecretToken, secretTokenHash } from '@kajitori/apimachinery';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountsFixture, accountsFixture, actorOf, password, type Tenant } from '../test/fixture.ts';
import type { Accounts } from './accounts.ts';

/** How many keys of its own a cluster has. */
async function keysOf(cluster: string): Promise<number> {
  const owner = postgres(fixture.database.ownerUrl, { max: 1 });
  const [row] = await owner<{ count: number }[]>`SELECT count(*)::int FROM accounts.platform_keys WHERE scope = ${cluster}`;
  await owner.end();
  return row?.count ?? 0;
}

let fixture: AccountsFixture;
let accounts: Accounts;

beforeAll(async () => {
  fixture = await accountsFixture();
  accounts = fixture.accounts;
});
afterAll(() => fixture[Symbol.asyncDispose]());

const here = { address: '192.0.2.1', userAgent: 'test' };
const newCluster = (tenant: Tenant, name: string) =>
  accounts.clusters.create(tenant.actor, { organizationId: tenant.organization.id, projectId: tenant.project.id, name });

describe('people', () => {
  it('sign up, sign in and act by sessions', async () => {
    const tenant = await fixture.tenant();
    const { token } = await accounts.identity.signIn({ email: tenant.email.toUpperCase(), password }, here);
    const principal = await accounts.authentication.authenticate(token);
    expect(principal).toMatchObject({ type: 'user', userId: tenant.user.id, email: tenant.email });
    await accounts.identity.signOut(token);
    expect(await accounts.authentication.authenticate(token)).toBeUndefined();
    expect(await accounts.authentication.authenticate(tenant.sessionToken)).toMatchObject({ userId: tenant.user.id });
  });

  it('are told the same for a wrong password and an unknown address', async () => {
    const tenant = await fixture.tenant();
    const refused = (email: string) => accounts.identity.signIn({ email, password: 'not this one at all' }, here);
    const [wrong, unknown] = await Promise.allSettled([refused(tenant.email), refused('nobody@example.com')]);
    expect(wrong).toMatchObject({ status: 'rejected', reason: { reason: 'unauthenticated' } });
    expect(unknown).toMatchObject({ status: 'rejected', reason: { message: (wrong as PromiseRejectedResult).reason.message } });
  });

  it('cannot guess for long', async () => {
    const tenant = await fixture.tenant();
    const guess = () =>
      accounts.identity.signIn({ email: tenant.email, password: 'guess guess guess' }, { ...here, address: '192.0.2.66' });
    for (let tries = 0; tries < 10; tries += 1) await expect(guess()).rejects.toMatchObject({ reason: 'unauthenticated' });
    await expect(guess()).rejects.toMatchObject({ reason: 'tooManyAttempts', retryAfterSeconds: 900 });
  });

  it('cannot take an address twice, nor a short password', async () => {
    const tenant = await fixture.tenant();
    const signUp = (email: string, chosen: string) => accounts.identity.signUp({ name: 'X', email, password: chosen }, here);
    await expect(signUp(tenant.email, password)).rejects.toMatchObject({ reason: 'conflict', field: 'email' });
    await expect(signUp('short@example.com', 'short')).rejects.toMatchObject({ reason: 'invalid', field: 'password' });
  });

  it('cannot use a session token as it lies in the database', async () => {
    const tenant = await fixture.tenant();
    const owner = postgres(fixture.database.ownerUrl, { max: 1 });
    const rows = await owner<{ token: string }[]>`SELECT token FROM accounts.sessions WHERE user_id = ${tenant.user.id}`;
    await owner.end();
    const [stored = ''] = rows.map(({ token }) => token);
    expect(stored).not.toBe('');
    for (const token of [stored, `${stored}.`, `${stored}.${'A'.repeat(43)}=`])
      expect(await accounts.authentication.authenticate(token)).toBeUndefined();
  });
});

describe('memberships', () => {
  it('begin with an invitation to the same address, and end with the keys that speak for the person', async () => {
    const tenant = await fixture.tenant();
    const other = await fixture.tenant('globex');
    const { token } = await accounts.members.invite(tenant.actor, 'owner', tenant.organization.id, { email: other.email, role: 'member' });
    const third = await fixture.tenant('third');
    const accept = (who: Tenant) => accounts.members.accept(who.actor, { userId: who.user.id, email: who.email }, token);
    await expect(accept(third)).rejects.toMatchObject({ reason: 'notFound' });
    expect(await accept(other)).toEqual({ organizationId: tenant.organization.id, role: 'member' });
    await expect(accept(other)).rejects.toMatchObject({ reason: 'notFound' });

    const principal = await accounts.authentication.authenticate(other.sessionToken);
    if (principal === undefined) throw new Error('no session');
    expect(await accounts.authentication.roleIn(principal, tenant.organization.id)).toBe('member');
    const scope = { type: 'organization', organizationId: tenant.organization.id } as const;
    const key = await accounts.keys.create(other.actor, { name: 'mine', role: 'admin', scope, userId: other.user.id });
    expect(await accounts.authentication.authenticateKey(key.token)).toMatchObject({ role: 'member' });

    await accounts.members.remove(tenant.actor, 'owner', tenant.organization.id, other.user.id);
    const elsewhere = fixture.open();
    expect(await elsewhere.authentication.authenticateKey(key.token)).toBeUndefined();
    expect(await elsewhere.authentication.roleIn(principal, tenant.organization.id)).toBeUndefined();
  });

  it('always leave an owner, also when two owners go at once', async () => {
    const tenant = await fixture.tenant();
    const other = await fixture.tenant('globex');
    const { organization } = tenant;
    const { token } = await accounts.members.invite(tenant.actor, 'owner', organization.id, { email: other.email, role: 'owner' });
    await accounts.members.accept(other.actor, { userId: other.user.id, email: other.email }, token);
    const outcomes = await Promise.allSettled([
      accounts.members.remove(tenant.actor, 'owner', organization.id, tenant.user.id),
      accounts.members.remove(other.actor, 'owner', organization.id, other.user.id),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await accounts.members.list(organization.id)).filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  it('give no role above the giver’s', async () => {
    const tenant = await fixture.tenant();
    const invite = accounts.members.invite(tenant.actor, 'admin', tenant.organization.id, { email: 'x@example.com', role: 'owner' });
    await expect(invite).rejects.toMatchObject({ reason: 'forbidden' });
  });
});

describe('clusters', () => {
  it('are born with their place in storage, fast, and named once in a project', async () => {
    const tenant = await fixture.tenant();
    await newCluster(tenant, 'warm');
    const times: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const start = performance.now();
      await newCluster(tenant, `fast-${n}`);
      times.push(performance.now() - start);
    }
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(20);
    await expect(newCluster(tenant, 'warm')).rejects.toMatchObject({ reason: 'conflict', field: 'name' });
    await expect(newCluster(tenant, 'Not A Name')).rejects.toMatchObject({ reason: 'invalid', field: 'name' });

    const owner = postgres(fixture.database.ownerUrl, { max: 1 });
    const [heads] = await owner<{ count: number }[]>`
      SELECT count(*)::int FROM accounts.clusters c JOIN storage.heads h ON h.cluster = c.id WHERE c.organization_id = ${tenant.organization.id}`;
    await owner.end();
    expect(heads?.count).toBe(21);
  });

  it('page through, oldest first, without gap or repetition', async () => {
    const tenant = await fixture.tenant();
    for (let n = 0; n < 7; n += 1) await newCluster(tenant, `page-${n}`);
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await accounts.clusters.list(tenant.organization.id, { limit: 3, cursor });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(names).toEqual(Array.from({ length: 7 }, (_, n) => `page-${n}`));
    await expect(accounts.clusters.list(tenant.organization.id, { cursor: 'nonsense' })).rejects.toMatchObject({ field: 'cursor' });
  });

  it('are found by id and by loopback address, and end at once with everything that opened them', async () => {
    const tenant = await fixture.tenant();
    const cluster = await newCluster(tenant, 'doomed');
    const principal = await accounts.authentication.authenticate(tenant.sessionToken);
    if (principal === undefined) throw new Error('no session');
    const { kubeconfig, key, server } = await accounts.kubeconfigs.issue(tenant.actor, {
      cluster,
      principal,
      role: 'owner',
      expiresAt: undefined,
    });
    const token = /token: "(.+)"/.exec(kubeconfig)?.[1] ?? '';
    expect(server).toMatch(/^https:\/\/127\.1\.\d+\.\d+:6443$/);
    expect(kubeconfig).toContain(`server: "${server}"`);
    expect(key.hint).toBe(token.slice(0, key.hint.length));
    expect(await accounts.clusterAtAddress(new URL(server).hostname)).toMatchObject({ id: cluster.id });
    expect(await accounts.authenticateToken(cluster.id, token)).toMatchObject({
      name: tenant.email,
      groups: ['system:masters', 'system:authenticated'],
    });
    const node = await accounts.joinTokens.create(tenant.actor, { organizationId: tenant.organization.id, clusterId: cluster.id });

    await accounts.clusters.delete(tenant.actor, tenant.organization.id, cluster.id);
    const elsewhere = fixture.open();
    expect(await elsewhere.authenticateToken(cluster.id, token)).toBeUndefined();
    const join = elsewhere.nodeIdentity.join(
      { token: node.token, nodeName: 'late', credentialHash: secretTokenHash(newSecretToken('nodeCredential')) },
      'r',
    );
    await expect(join).rejects.toMatchObject({ reason: 'unauthenticated' });
    expect((await accounts.clusters.beingDeleted(100)).map(({ id }) => id)).toContain(cluster.id);
    await newCluster(tenant, 'doomed');
    await accounts.serviceAccountKeys.sign(cluster.id, {});
    expect(await keysOf(cluster.id)).toBe(1);
    await accounts.clusters.deleted(cluster);
    expect(await keysOf(cluster.id)).toBe(0);
    expect(await elsewhere.clusters.find({ id: cluster.id })).toBeUndefined();
    expect((await accounts.clusters.beingDeleted(100)).map(({ id }) => id)).not.toContain(cluster.id);
  });

  it('give each role its place in Kubernetes, and other tenants none', async () => {
    const tenant = await fixture.tenant();
    const other = await fixture.tenant('globex');
    const [cluster, sibling] = [await newCluster(tenant, 'one'), await newCluster(tenant, 'two')];
    const keyFor = async (role: 'viewer' | 'member' | 'admin', scope: Parameters<Accounts['keys']['create']>[1]['scope']) =>
      (await accounts.keys.create(tenant.actor, { name: role, role, scope })).token;
    const organizationId = tenant.organization.id;
    const groups = async (token: string, id = cluster.id) => (await accounts.authenticateToken(id, token))?.groups[0];
    expect(await groups(await keyFor('viewer', { type: 'organization', organizationId }))).toBe('kajitori:viewers');
    expect(await groups(await keyFor('member', { type: 'project', organizationId, projectId: tenant.project.id }))).toBe(
      'kajitori:members',
    );
    const narrow = await keyFor('admin', { type: 'cluster', organizationId, clusterId: cluster.id });
    expect(await groups(narrow)).toBe('system:masters');
    expect(await groups(narrow, sibling.id)).toBeUndefined();
    expect(await groups(other.sessionToken)).toBeUndefined();
  });
});

describe('keys', () => {
  it('end within two seconds everywhere when they are revoked', async () => {
    const tenant = await fixture.tenant();
    const elsewhere = fixture.open();
    const scope = { type: 'organization', organizationId: tenant.organization.id } as const;
    const { key, token } = await accounts.keys.create(tenant.actor, { name: 'ci', role: 'member', scope });
    expect(await elsewhere.authentication.authenticate(token)).toMatchObject({ type: 'key', name: 'ci' });
    await accounts.keys.revoke(tenant.actor, tenant.organization.id, key.id);
    await new Promise((resolve) => setTimeout(resolve, 1_900));
    expect(await elsewhere.authentication.authenticate(token)).toBeUndefined();
  });

  it('expire to the moment, and remember when they were used', async () => {
    const tenant = await fixture.tenant();
    const scope = { type: 'organization', organizationId: tenant.organization.id } as const;
    const brief = await accounts.keys.create(tenant.actor, { name: 'brief', role: 'viewer', scope, expiresAt: new Date(Date.now() + 400) });
    const process = fixture.open();
    expect(await process.authentication.authenticate(brief.token)).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(await process.authentication.authenticate(brief.token)).toBeUndefined();
    await process[Symbol.asyncDispose]();
    expect((await accounts.keys.get(tenant.organization.id, brief.key.id))?.lastUsedAt).toBeInstanceOf(Date);
  });

  it('cannot be bound to what is another organization’s', async () => {
    const tenant = await fixture.tenant();
    const other = await fixture.tenant('globex');
    const foreign = { type: 'project', organizationId: tenant.organization.id, projectId: other.project.id } as const;
    await expect(accounts.keys.create(tenant.actor, { name: 'x', role: 'viewer', scope: foreign })).rejects.toMatchObject({
      reason: 'notFound',
    });
  });
});

describe('deeds', () => {
  it('sent twice with one idempotency key are done once, also at the same time', async () => {
    const tenant = await fixture.tenant();
    const actor = { ...actorOf(tenant.user), idempotency: { key: 'once', request: 'POST /v1/keys' } };
    const scope = { type: 'organization', organizationId: tenant.organization.id } as const;
    const create = () => accounts.keys.create(actor, { name: 'once', role: 'viewer', scope });
    const answers = await Promise.all([create(), create(), create()]);
    expect(new Set(answers.map(({ token }) => token)).size).toBe(1);
    expect(answers[0]?.key.createdAt).toBeInstanceOf(Date);
    expect((await accounts.keys.list(tenant.organization.id)).items).toHaveLength(1);
    const otherRequest = { ...actor, idempotency: { key: 'once', request: 'POST /v1/clusters' } };
    await expect(accounts.keys.create(otherRequest, { name: 'y', role: 'viewer', scope })).rejects.toMatchObject({ reason: 'conflict' });
  });

  it('leave an entry in the audit trail, and none when they fail', async () => {
    const tenant = await fixture.tenant();
    await newCluster(tenant, 'audited');
    await expect(newCluster(tenant, 'audited')).rejects.toMatchObject({ reason: 'conflict' });
    const { items } = await accounts.audit.list(tenant.organization.id);
    expect(items.map(({ action, targetName }) => [action, targetName])).toEqual([
      ['clusters.create', 'audited'],
      ['organizations.create', 'acme'],
    ]);
    expect(items[0]).toMatchObject({ actor: tenant.user.id, actorName: tenant.email, requestId: tenant.actor.requestId });
  });
});

it('what has outlived its promise is forgotten, and nothing else', async () => {
  const tenant = await fixture.tenant();
  const actor = { ...tenant.actor, idempotency: { key: 'old', request: 'x' } };
  const scope = { type: 'organization', organizationId: tenant.organization.id } as const;
  const issue = () => accounts.keys.create(actor, { name: 'k', role: 'viewer', scope });
  const { token } = await issue();
  const old = await accounts.identity.signIn({ email: tenant.email, password }, here);
  const owner = postgres(fixture.database.ownerUrl, { max: 1 });
  await owner`UPDATE accounts.sessions SET expires_at = now() - interval '1 minute' WHERE token = ${old.token.split('.')[0] ?? ''}`;
  await accounts.forgetOld();
  expect((await issue()).token).toBe(token);
  await owner`UPDATE accounts.idempotent_answers SET created_at = now() - interval '25 hours' WHERE actor = ${actor.id}`;
  await accounts.forgetOld();
  expect((await issue()).token).not.toBe(token);
  expect(await owner`SELECT FROM accounts.sessions WHERE user_id = ${tenant.user.id}`).toHaveLength(1);
  await owner.end();
});

it('a fresh installation is set up once, however often it is asked', async () => {
  const { setUpFirstOrganization } = await import('./first-organization.ts');
  const options = { email: 'admin@kajitori.local', password, organizationName: 'Local', clusterName: 'local' };
  const first = await setUpFirstOrganization(accounts, options);
  const again = await setUpFirstOrganization(fixture.open(), { ...options, apiKey: first.apiKey });
  expect(again).toEqual(first);
  const lost = await setUpFirstOrganization(accounts, options);
  expect(lost).toEqual({ ...first, apiKey: expect.not.stringContaining(first.apiKey) });
  expect(await accounts.authentication.authenticateKey(lost.apiKey)).toMatchObject({ role: 'owner', user: { userId: first.user.id } });
});
