import { newClusterId } from '@kajitori/apimachinery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addNode, type ManagementFixture, managementFixture, type Requester, requester, type TestTenant } from '../test/fixture.ts';

/** Walks every route of the document, so that a new one is tried too: as nobody, as another tenant, and as each lower role. */
interface Route {
  method: string;
  path: string;
  operationId: string;
  permission: string;
}

let fixture: ManagementFixture;
let owner: TestTenant;
let stranger: TestTenant;
let routes: Route[];
let ids: Record<string, string>;
let secrets: string[];

/** A body that the route would take, naming the owner's things wherever a body can. A route that is not here fails the walk. */
const bodies: Record<string, (() => object) | undefined> = {
  signUp: undefined,
  signIn: undefined,
  signOut: () => ({}),
  acceptInvitation: () => ({ token: 'kji_nonsense' }),
  createOrganization: () => ({ name: 'theirs' }),
  renameOrganization: () => ({ name: 'taken over' }),
  changeMember: () => ({ role: 'viewer' }),
  createInvitation: () => ({ email: 'friend@example.com', role: 'viewer' }),
  createProject: () => ({ name: 'taken-over', organization: ids['organization'] }),
  createApiKey: () => ({ name: 'taken over', role: 'viewer', organization: ids['organization'] }),
  createCluster: () => ({ name: 'taken-over', project: ids['project'] }),
  createKubeconfig: () => ({}),
  createJoinToken: () => ({}),
  cordonNode: () => ({}),
  uncordonNode: () => ({}),
  drainNode: () => ({}),
  rotateTokenKey: () => ({}),
  setAuditPolicy: () => ({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'None' }] }),
};

/** Routes that act on the caller alone: another tenant may use them and meets only what is theirs. */
const ownAffairs = new Set(['signUp', 'signIn', 'signOut', 'whoAmI', 'acceptInvitation', 'listOrganizations', 'createOrganization']);
const openToAll = new Set(['signUp', 'signIn']);

beforeAll(async () => {
  fixture = await managementFixture();
  [owner, stranger] = [await fixture.tenant('acme'), await fixture.tenant('globex')];
  const document = await requester(fixture.app)<{ paths: Record<string, Record<string, { operationId: string; 'x-permission': string }>> }>(
    'GET',
    '/v1/openapi.json',
  );
  routes = Object.entries(document.body.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operationId: operation.operationId,
      permission: operation['x-permission'],
    })),
  );
  const cluster = (await owner.as('POST', '/v1/clusters', { name: 'secret-cluster' })).body['id'] ?? '';
  await addNode(fixture, owner, cluster, 'secret-node');
  const organization = owner.organization.id;
  const key = await owner.as<{ key: { id: string }; token: string }>('POST', '/v1/keys', { name: 'secret-key' });
  const invited = await owner.as<{ invitation: { id: string } }>('POST', `/v1/organizations/${organization}/invitations`, {
    email: 'secret@example.com',
  });
  const join = await owner.as<{ joinToken: { id: string } }>('POST', `/v1/clusters/${cluster}/join-tokens`);
  const keys = await owner
    .as<{ items: { id: string }[] }>('POST', `/v1/clusters/${cluster}/token-keys`)
    .then(() => owner.as<{ items: { id: string }[] }>('GET', `/v1/clusters/${cluster}/token-keys`));
  // An old one, which can be ended.
  const tokenKey = keys.body.items[1]?.id ?? '';
  ids = {
    organization,
    project: owner.project.id,
    cluster,
    node: 'secret-node',
    key: key.body.key.id,
    invitation: invited.body.invitation.id,
    token: join.body.joinToken.id,
    user: owner.user.id,
    tokenKey,
  };
  secrets = [...Object.values(ids), 'secret-cluster', 'secret-key', 'secret@example.com', owner.email];
});
afterAll(() => fixture[Symbol.asyncDispose]());

const pathOf = ({ path }: Route, values: Record<string, string>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'missing');

function send(as: Requester, route: Route, values = ids) {
  const body = bodies[route.operationId]?.();
  return as(route.method, pathOf(route, values), route.method === 'GET' || route.method === 'DELETE' ? undefined : body);
}

/** What the owner's account looks like, in all that could be changed. */
async function account(): Promise<unknown> {
  const { accounts } = fixture.accounts;
  const id = owner.organization.id;
  const [organization, members, keys, clusters, projects, audit] = await Promise.all([
    accounts.organizations.get(id),
    accounts.members.list(id),
    accounts.keys.list(id),
    accounts.clusters.list(id),
    accounts.organizations.listProjects(id),
    accounts.audit.list(id),
  ]);
  const auditPolicy = (await owner.as('GET', `/v1/clusters/${ids['cluster']}/audit-policy`)).body;
  const tokenKeys = (await owner.as('GET', `/v1/clusters/${ids['cluster']}/token-keys`)).body;
  const node = (await owner.as('GET', `/v1/clusters/${ids['cluster']}/nodes/secret-node`)).body;
  // Use leaves a trace that is no change.
  return {
    organization,
    members,
    keys: keys.items.map((key) => Object.assign(key, { lastUsedAt: undefined })),
    clusters,
    projects,
    audit,
    auditPolicy,
    tokenKeys,
    node,
  };
}

describe('every route', () => {
  it('is known to this walk', () => {
    expect(routes.length).toBeGreaterThan(30);
    const writing = routes.filter(({ method }) => method === 'POST' || method === 'PATCH' || method === 'PUT');
    expect(writing.map(({ operationId }) => operationId).filter((id) => !(id in bodies))).toEqual([]);
  });

  it('refuses nobody in particular', async () => {
    for (const token of [undefined, 'x', 'kjk_x', owner.organization.id]) {
      const nobody = requester(fixture.app, token);
      for (const route of routes.filter(({ operationId }) => !openToAll.has(operationId))) {
        expect({ route: route.operationId, status: (await send(nobody, route)).status }).toEqual({ route: route.operationId, status: 401 });
      }
    }
  });

  it('shows another tenant nothing, changes nothing for them, and does not tell theirs from nothing', async () => {
    const before = await account();
    const made = {
      ...ids,
      organization: 'o-aaaaaaaaaaaaaaaaaaaa',
      project: 'p-aaaaaaaaaaaaaaaaaaaa',
      cluster: newClusterId(),
      key: 'k-aaaaaaaaaaaaaaaaaaaa',
    };
    for (const query of ['', `?organization=${ids['organization']}`]) {
      for (const route of routes.filter(({ operationId }) => !ownAffairs.has(operationId))) {
        const withQuery = { ...route, path: `${route.path}${query}` };
        const answer = await send(stranger.as, withQuery);
        const text = JSON.stringify(answer.body).replaceAll(JSON.stringify(pathOf(route, ids)).slice(1, -1), '');
        const ownList = route.method === 'GET' && !route.path.includes('{') && query === '';
        expect({ route: route.operationId, query, status: answer.status }).toEqual({
          route: route.operationId,
          query,
          status: ownList ? 200 : 404,
        });
        const asked = new Set(Object.values(ids));
        for (const secret of secrets.filter((one) => !asked.has(one))) expect(text).not.toContain(secret);
        if (ownList || !route.path.includes('{')) continue;
        const nothing = await send(stranger.as, withQuery, made);
        const blank = (value: unknown) => JSON.stringify(value).replaceAll(/[opckij]-[a-z0-9]{20}|[0-9a-f-]{36}/g, 'ID');
        expect({ route: route.operationId, body: blank(answer.body) }).toEqual({ route: route.operationId, body: blank(nothing.body) });
      }
    }
    expect(await account()).toEqual(before);
  });

  it('refuses lower roles what is above them', async () => {
    const order = ['viewer', 'member', 'admin', 'owner'];
    const { roleFor } = await import('@kajitori/accounts');
    for (const role of ['viewer', 'member', 'admin'] as const) {
      const { body } = await owner.as<{ token: string }>('POST', '/v1/keys', { name: role, role });
      const before = await account();
      const low = requester(fixture.app, body.token);
      const above = routes.filter(
        ({ permission }) => permission.includes(':') && order.indexOf(roleFor(permission as 'keys:read')) > order.indexOf(role),
      );
      expect(above.length).toBeGreaterThan(0);
      for (const route of above) {
        expect({ role, route: route.operationId, status: (await send(low, route)).status }).toEqual({
          role,
          route: route.operationId,
          status: 403,
        });
      }
      expect(await account()).toEqual(before);
    }
  });
});
