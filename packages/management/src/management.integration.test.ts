import { request } from 'node:https';
import { newSecretToken } from '@kajitori/apimachinery';
import { type Namespace, namespaces, type Pod, pods, serviceAccounts } from '@kajitori/kinds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addNode, type ManagementFixture, managementFixture, requester, serveManagement, type TestTenant } from '../test/fixture.ts';

let fixture: ManagementFixture;
let tenant: TestTenant;

beforeAll(async () => {
  fixture = await managementFixture();
  tenant = await fixture.tenant('acme');
});
afterAll(() => fixture[Symbol.asyncDispose]());

interface Page {
  items: Record<string, unknown>[];
  nextCursor?: string;
}
interface Issued {
  key: { id: string };
  token: string;
}

describe('people', () => {
  const person = { name: 'New', email: 'new@example.com', password: 'a long enough password' };

  it('sign up, sign in, ask who they are, and sign out', async () => {
    const nobody = requester(fixture.app);
    const signedUp = await nobody<{ session: { token: string }; organization: { id: string } }>('POST', '/v1/auth/sign-up', person);
    expect(signedUp).toMatchObject({ status: 201, body: { organization: { name: 'New’s organization' }, project: { name: 'default' } } });
    const signedIn = await nobody('POST', '/v1/auth/sign-in', { email: person.email, password: person.password });
    const me = requester(fixture.app, signedIn.body['token']);
    expect(await me('GET', '/v1/me')).toMatchObject({
      status: 200,
      body: { type: 'user', email: person.email, organizations: [{ organization: signedUp.body.organization.id, role: 'owner' }] },
    });
    expect(await me('POST', '/v1/auth/sign-out')).toMatchObject({ status: 204 });
    expect(await me('GET', '/v1/me')).toMatchObject({ status: 401 });
  });

  it('are told what is wrong with what they send', async () => {
    const nobody = requester(fixture.app);
    const answer = await nobody('POST', '/v1/auth/sign-up', { ...person, email: 'x', password: 'short' });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      type: '/v1/docs#invalid',
      title: 'Invalid value',
      status: 422,
      instance: '/v1/auth/sign-up',
      errors: [{ field: 'email' }, { field: 'password' }],
    });
    expect(answer.body['requestId']).toBe(answer.headers.get('x-request-id'));
  });
});

describe('clusters', () => {
  it('are created in the first project, listed, got, and reached with a kubeconfig', async () => {
    const created = await tenant.as('POST', '/v1/clusters', { name: 'staging' });
    expect(created).toMatchObject({ status: 201, body: { name: 'staging', project: tenant.project.id, status: 'Running' } });
    const id = created.body['id'] ?? '';
    expect((await tenant.as<Page>('GET', '/v1/clusters?name=staging')).body.items).toEqual([created.body]);
    expect((await tenant.as('GET', `/v1/clusters/${id}`)).body).toEqual(created.body);
    const kubeconfig = await tenant.as('POST', `/v1/clusters/${id}/kubeconfig`);
    expect(kubeconfig).toMatchObject({ status: 201, body: { server: created.body['server'] } });
    const yaml = await fixture.app.request(`/v1/clusters/${id}/kubeconfig`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.sessionToken}`, accept: 'application/yaml' },
    });
    expect(await yaml.text()).toMatch(/^apiVersion: v1\nkind: Config\n/);
  });

  it('are created once when the request is sent twice', async () => {
    const create = (body: unknown) => tenant.as('POST', '/v1/clusters', body, { 'idempotency-key': 'same' });
    const [first, second] = [await create({ name: 'once' }), await create({ name: 'once' })];
    expect(first.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(await create({ name: 'twice' })).toMatchObject({ status: 409, body: { errors: [{ field: 'Idempotency-Key' }] } });
  });

  it('page by cursor', async () => {
    const other = await fixture.tenant('pages');
    for (const name of ['a', 'b', 'c']) await other.as('POST', '/v1/clusters', { name });
    const first = await other.as<Page>('GET', '/v1/clusters?limit=2');
    const second = await other.as<Page>('GET', `/v1/clusters?limit=2&cursor=${first.body.nextCursor}`);
    expect([...first.body.items, ...second.body.items].map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(second.body.nextCursor).toBeUndefined();
  });

  it('say what they may use, and use', async () => {
    const { body: made } = await tenant.as('POST', '/v1/clusters', { name: 'measured' });
    const limits = async (): Promise<{ name: string; max: number; used?: number }[]> =>
      (await tenant.as<{ items: { name: string; max: number; used?: number }[] }>('GET', `/v1/clusters/${made['id']}/limits`)).body.items;
    expect(await limits()).toContainEqual({ name: 'objects', unit: 'objects', max: 200_000, used: 0 });
    expect(await limits()).toContainEqual({ name: 'watches', unit: 'watches', max: 2_000 });
    await tenant.as('DELETE', `/v1/clusters/${made['id']}`);
    expect((await limits())[0]).toMatchObject({ used: 0 });
  });

  it('end for everybody at once when they are deleted', async () => {
    const { body: cluster } = await tenant.as('POST', '/v1/clusters', { name: 'ending' });
    const key = await tenant.as<Issued>('POST', '/v1/keys', { name: 'k', role: 'viewer', cluster: cluster['id'] });
    expect(await tenant.as('DELETE', `/v1/clusters/${cluster['id']}`)).toMatchObject({ status: 202, body: { status: 'Deleting' } });
    expect(await requester(fixture.app, key.body.token)('GET', '/v1/me')).toMatchObject({ status: 401 });
    expect(await tenant.as('POST', `/v1/clusters/${cluster['id']}/kubeconfig`)).toMatchObject({ status: 409 });
    expect(await tenant.as('GET', `/v1/clusters/${cluster['id']}/nodes`)).toMatchObject({ status: 409 });
  });

  it('need a name that can be a host', async () => {
    const answer = await tenant.as('POST', '/v1/clusters', { name: 'Not A Host' });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'name' }] } });
  });
});

describe('keys', () => {
  it('reach no further and hold no more than who made them', async () => {
    const member = await tenant.as<Issued>('POST', '/v1/keys', { name: 'ci', role: 'member', project: tenant.project.id });
    const ci = requester(fixture.app, member.body.token);
    expect(await ci('POST', '/v1/clusters', { name: 'by-ci' })).toMatchObject({ status: 201, body: { project: tenant.project.id } });
    expect(await ci('POST', '/v1/keys', { name: 'x', role: 'admin', project: tenant.project.id })).toMatchObject({ status: 403 });
    expect(await ci('POST', '/v1/keys', { name: 'x', role: 'viewer' })).toMatchObject({ status: 403 });
    expect(await ci('POST', '/v1/keys', { name: 'x', role: 'viewer', project: tenant.project.id })).toMatchObject({ status: 201 });
    expect(await ci('GET', `/v1/organizations/${tenant.organization.id}/members`)).toMatchObject({ status: 403 });
  });

  it('of one cluster see that cluster alone, and make no keys', async () => {
    const [{ body: mine }, { body: sibling }] = [
      await tenant.as('POST', '/v1/clusters', { name: 'narrow' }),
      await tenant.as('POST', '/v1/clusters', { name: 'sibling' }),
    ];
    const { body } = await tenant.as<Issued>('POST', '/v1/keys', { name: 'narrow', role: 'admin', cluster: mine['id'] });
    const narrow = requester(fixture.app, body.token);
    expect((await narrow<Page>('GET', '/v1/clusters')).body.items.map(({ id }) => id)).toEqual([mine['id']]);
    expect(await narrow('GET', `/v1/clusters/${sibling['id']}`)).toMatchObject({ status: 404 });
    expect(await narrow('POST', `/v1/clusters/${mine['id']}/kubeconfig`)).toMatchObject({ status: 403 });
    expect(await narrow('POST', '/v1/keys', { name: 'x', cluster: mine['id'] })).toMatchObject({ status: 403 });
    expect(await narrow('POST', `/v1/clusters/${mine['id']}/join-tokens`)).toMatchObject({ status: 201 });
  });

  it('that a brief key makes end with it', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await tenant.as<Issued>('POST', '/v1/keys', { name: 'brief', role: 'admin', expiresAt });
    const brief = requester(fixture.app, body.token);
    expect((await brief<{ key: { expiresAt: string } }>('POST', '/v1/keys', { name: 'child', role: 'viewer' })).body.key.expiresAt).toBe(
      expiresAt,
    );
  });

  it('are shown without their token, and revoked', async () => {
    const { body } = await tenant.as<Issued>('POST', '/v1/keys', { name: 'gone', role: 'viewer' });
    expect(JSON.stringify((await tenant.as('GET', `/v1/keys/${body.key.id}`)).body)).not.toContain(body.token);
    expect(await tenant.as('DELETE', `/v1/keys/${body.key.id}`)).toMatchObject({ status: 204 });
    expect(await requester(fixture.app, body.token)('GET', '/v1/me')).toMatchObject({ status: 401 });
    expect(await tenant.as('GET', `/v1/keys/${body.key.id}`)).toMatchObject({ status: 404 });
  });
});

describe('nodes', () => {
  it('join by a command that pins our key', async () => {
    const { body: cluster } = await tenant.as('POST', '/v1/clusters', { name: 'joining' });
    const { status, body } = await tenant.as<{ command: string; token: string; joinToken: { id: string } }>(
      'POST',
      `/v1/clusters/${cluster['id']}/join-tokens`,
      { maxUses: 3 },
    );
    expect(status).toBe(201);
    const pin = await fixture.accounts.accounts.certificates.servingPin();
    expect(body.command).toBe(`curl -fsSL -k --pinnedpubkey ${pin} https://127.0.0.1:6443/install | sh -s -- --token ${body.token}`);
    expect((await tenant.as<Page>('GET', `/v1/clusters/${cluster['id']}/join-tokens`)).body.items).toMatchObject([
      { id: body.joinToken.id, maxUses: 3, uses: 0 },
    ]);
    expect(await tenant.as('DELETE', `/v1/clusters/${cluster['id']}/join-tokens/${body.joinToken.id}`)).toMatchObject({ status: 204 });
    expect(await fixture.accounts.accounts.nodeIdentity.checkJoinToken(body.token)).toBeUndefined();
  });

  it('are listed, cordoned, drained and removed through the cluster’s own API', async () => {
    const { body: cluster } = await tenant.as('POST', '/v1/clusters', { name: 'draining' });
    const id = cluster['id'] ?? '';
    const { credential } = await addNode(fixture, tenant, id, 'worker-1');
    const path = `/v1/clusters/${id}/nodes/worker-1`;
    expect((await tenant.as<Page>('GET', `/v1/clusters/${id}/nodes`)).body.items).toMatchObject([
      { name: 'worker-1', ready: true, schedulable: true, capacity: { cpu: '2' } },
    ]);
    expect((await tenant.as('POST', `${path}/cordon`)).body).toMatchObject({ schedulable: false });
    expect((await tenant.as('POST', `${path}/uncordon`)).body).toMatchObject({ schedulable: true });

    const client = fixture.api.client(id as Parameters<typeof fixture.api.client>[0], { name: 'system:admin', groups: ['system:masters'] });
    const pod = (name: string, volumes?: object[]) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'work' },
      spec: { nodeName: 'worker-1', containers: [{ name: 'c', image: 'i' }], ...(volumes === undefined ? {} : { volumes }) },
    });
    await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } } as Namespace);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'work' } };
    await client.resource(serviceAccounts).create(account);
    for (const one of [pod('bare'), pod('data', [{ name: 'd', emptyDir: {} }])]) await client.resource(pods).create(one as unknown as Pod);
    const gentle = await tenant.as<{ done: boolean; blocked: unknown[] }>('POST', `${path}/drain`);
    expect(gentle.body).toMatchObject({ done: false, evicted: [], blocked: [{ pod: 'work/bare' }, { pod: 'work/data' }] });
    expect((await tenant.as('GET', path)).body).toMatchObject({ schedulable: false });
    const options = { force: true, deleteEmptyDirData: true, gracePeriodSeconds: 0 };
    expect((await tenant.as<{ evicted: string[] }>('POST', `${path}/drain`, options)).body.evicted.sort()).toEqual([
      'work/bare',
      'work/data',
    ]);

    expect(await tenant.as('DELETE', path)).toMatchObject({ status: 204 });
    expect(await fixture.accounts.open().nodeIdentity.authenticate(credential)).toBeUndefined();
    for (const [method, where] of [
      ['GET', path],
      ['DELETE', path],
      ['POST', `${path}/cordon`],
    ] as const)
      expect(await tenant.as(method, where)).toMatchObject({ status: 404 });
  });
});

describe('organizations', () => {
  it('take members by invitation, whose role decides', async () => {
    const guest = await fixture.tenant('guest');
    const path = `/v1/organizations/${tenant.organization.id}`;
    const { body } = await tenant.as('POST', `${path}/invitations`, { email: guest.email, role: 'viewer' });
    expect(await guest.as('GET', path)).toMatchObject({ status: 404 });
    expect(await guest.as('POST', '/v1/invitations/accept', { token: body['token'] })).toMatchObject({
      status: 200,
      body: { role: 'viewer' },
    });
    expect(await guest.as('GET', path)).toMatchObject({ status: 200 });
    expect(await guest.as('POST', '/v1/clusters', { name: 'x', organization: tenant.organization.id })).toMatchObject({ status: 403 });
    expect(await guest.as('POST', '/v1/clusters', { name: 'x' })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'organization' }] },
    });
    expect(await tenant.as('PATCH', `${path}/members/${guest.user.id}`, { role: 'member' })).toMatchObject({ status: 204 });
    expect(await guest.as('POST', '/v1/clusters', { name: 'by-guest', organization: tenant.organization.id })).toMatchObject({
      status: 201,
    });
    expect(await tenant.as('DELETE', `${path}/members/${guest.user.id}`)).toMatchObject({ status: 204 });
    expect(await guest.as('GET', path)).toMatchObject({ status: 404 });
    const actions = (await tenant.as<Page>('GET', `${path}/audit?limit=5`)).body.items.map(({ action }) => action);
    expect(actions).toEqual(['members.remove', 'clusters.create', 'members.changeRole', 'members.join', 'invitations.create']);
  });

  it('are deleted when nothing is in them, with their keys', async () => {
    const other = await fixture.tenant('leaving');
    const path = `/v1/organizations/${other.organization.id}`;
    const { body: cluster } = await other.as('POST', '/v1/clusters', { name: 'last' });
    const { body: key } = await other.as<Issued>('POST', '/v1/keys', { name: 'k' });
    expect(await other.as('DELETE', path)).toMatchObject({ status: 409 });
    await other.as('DELETE', `/v1/clusters/${cluster['id']}`);
    expect(await other.as('DELETE', path)).toMatchObject({ status: 204 });
    expect(await requester(fixture.app, key.token)('GET', '/v1/me')).toMatchObject({ status: 401 });
    expect(await other.as('GET', path)).toMatchObject({ status: 404 });
  });
});

describe('the API itself', () => {
  it('says what is wrong with a request that it cannot read', async () => {
    expect(await tenant.as('POST', '/v1/clusters', '{"name":')).toMatchObject({ status: 400, body: { type: '/v1/docs#malformed' } });
    expect(await tenant.as('POST', '/v1/clusters', 'name: x', { 'content-type': 'application/yaml' })).toMatchObject({ status: 415 });
    expect(await tenant.as('POST', '/v1/clusters', { name: 'x'.repeat(300_000) })).toMatchObject({ status: 413 });
    expect(await tenant.as('GET', '/v1/nothing')).toMatchObject({ status: 404 });
    expect(await tenant.as('PUT', '/v1/clusters')).toMatchObject({ status: 405, body: { remedy: 'It knows GET, POST.' } });
    const made = await requester(fixture.app, newSecretToken('apiKey'))('GET', '/v1/me');
    expect(made).toMatchObject({ status: 401, body: { remedy: 'Sign in again: kaji login.' } });
    expect(made.headers.get('www-authenticate')).toBe('Bearer realm="kajitori"');
  });

  it('reads no body without end', async () => {
    await using served = await serveManagement(fixture);
    const send = (bytes: number) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = {
          authorization: `Bearer ${tenant.sessionToken}`,
          'content-type': 'application/json',
          'transfer-encoding': 'chunked',
        };
        const asked = request(`${served.url}/v1/projects`, { method: 'POST', ca: served.certificateAuthority, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.on('error', reject);
        asked.write(`{"name":"chunked${bytes}",`);
        asked.end(`"padding":"${'x'.repeat(bytes)}"}`);
      });
    expect(await send(10)).toBe(201);
    expect(await send(300_000)).toBe(413);
  });

  it('answers 304 to who has the answer already', async () => {
    const { headers } = await tenant.as('GET', '/v1/me');
    const etag = headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    expect((await tenant.as('GET', '/v1/me', undefined, { 'if-none-match': etag })).status).toBe(304);
  });

  it('documents itself for programs and for people', async () => {
    const { body } = await requester(fixture.app)<{ openapi: string; paths: Record<string, Record<string, { operationId?: string }>> }>(
      'GET',
      '/v1/openapi.json',
    );
    expect(body.openapi).toBe('3.1.0');
    const ids = Object.values(body.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
    const page = await requester(fixture.app)<string>('GET', '/v1/docs');
    expect(page.body).toContain('/v1/clusters/{cluster}/nodes/{node}/drain');
    expect(page.body).toContain('id="conflict"');
  });
});
