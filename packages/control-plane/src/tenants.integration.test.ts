import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { setUpFirstOrganization } from '@kajitori/accounts';
import type { ClusterId } from '@kajitori/apimachinery';
import { catalogue, type Kind } from '@kajitori/kinds';
import type { NodeStreams } from '@kajitori/streams';
import { Metrics, silentLogger } from '@kajitori/telemetry';
import { testDatabase, testRedis } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlane, openControlPlane } from './control-plane.ts';

interface Tenant {
  cluster: ClusterId;
  token: string;
}

const owns = new AsyncDisposableStack();
let control: ControlPlane;
let server: Server;
let base: string;
let alice: Tenant;
let bob: Tenant;

beforeAll(async () => {
  const database = owns.use(await testDatabase());
  const redis = owns.use(await testRedis());
  const directory = await mkdtemp(join(tmpdir(), 'kajitori-tenants-'));
  owns.defer(() => rm(directory, { recursive: true }));
  const masterKeyFile = join(directory, 'master.key');
  writeFileSync(masterKeyFile, randomBytes(32), { mode: 0o600 });
  control = openControlPlane(
    {
      DATABASE_URL: database.appUrl,
      REDIS_URL: redis.url,
      MASTER_KEY_FILE: masterKeyFile,
      PUBLIC_URL: 'https://127.0.0.1:6443',
      GATEWAY_URL: 'wss://127.0.0.1:6444',
      LISTEN_HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      EGRESS_ADDRESSES: 'public',
    },
    silentLogger,
    owns,
  );
  const { app } = control.api.http({
    clusterOf: () => undefined,
    node: {} as NodeStreams,
    metrics: new Metrics(),
    serverAddress: 'cluster',
  });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  alice = await tenant('alice@example.com');
  bob = await tenant('bob@example.com');
  await send(alice, alice.token, 'POST', '/api/v1/namespaces/default/secrets', {
    metadata: { name: 'treasure' },
    stringData: { gold: 'alice-only' },
  });
  await send(alice, alice.token, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', treasureMaps);
  await send(alice, alice.token, 'POST', '/apis/alice.example.com/v1/namespaces/default/treasuremaps', bodyOf(treasureMapKind));
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await owns.disposeAsync();
});

async function tenant(email: string): Promise<Tenant> {
  const { cluster, apiKey } = await setUpFirstOrganization(control.accounts, {
    email,
    password: 'correct horse battery staple',
    organizationName: email.split('@')[0] ?? '',
    clusterName: 'local',
  });
  return { cluster: cluster.id, token: apiKey };
}

async function send(
  { cluster }: Pick<Tenant, 'cluster'>,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ code: number; text: string }> {
  const response = await fetch(`${base}/clusters/${cluster}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(5_000),
  });
  return { code: response.status, text: await response.text() };
}

/** A kind that only alice's cluster has. */
const treasureMapKind = {
  group: 'alice.example.com',
  version: 'v1',
  kind: 'TreasureMap',
  plural: 'treasuremaps',
  namespaced: true,
  subresources: { status: {} },
};
const treasureMaps = {
  metadata: { name: 'treasuremaps.alice.example.com' },
  spec: {
    group: treasureMapKind.group,
    scope: 'Namespaced',
    names: { plural: treasureMapKind.plural, kind: treasureMapKind.kind },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const documents = [
  '/',
  '/api',
  '/apis',
  '/api/v1',
  '/version',
  '/livez',
  '/openapi/v2',
  '/openapi/v3',
  '/openid/v1/jwks',
  '/.well-known/openid-configuration',
  '/nonsense',
];

/** Every URL and method that the catalogue makes the API serve, and the verb's own body. */
function* routes(): Generator<{ method: string; path: string; body?: unknown }> {
  for (const path of documents) yield { method: 'GET', path };
  for (const kind of [...catalogue, treasureMapKind]) {
    const root = `${kind.group === '' ? '/api' : `/apis/${kind.group}`}/${kind.version}`;
    const collection = `${root}${kind.namespaced ? '/namespaces/default' : ''}/${kind.plural}`;
    yield { method: 'GET', path: collection };
    yield { method: 'GET', path: `${root}/${kind.plural}` };
    yield { method: 'GET', path: `${collection}?watch=1&timeoutSeconds=1` };
    yield { method: 'POST', path: collection, body: bodyOf(kind) };
    yield { method: 'DELETE', path: collection };
    for (const path of ['', ...Object.keys(kind.subresources ?? {}).map((name) => `/${name}`)]) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        yield { method, path: `${collection}/treasure${path}`, ...(method === 'GET' || method === 'DELETE' ? {} : { body: bodyOf(kind) }) };
      }
    }
  }
}

function bodyOf(kind: Pick<Kind, 'group' | 'version' | 'kind'>): unknown {
  return {
    apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { name: 'treasure' },
  };
}

const selfReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

/** A token of a ServiceAccount in a tenant's cluster, of the very name that the other's clusters have too. */
async function robotToken(of: Tenant): Promise<string> {
  const path = '/api/v1/namespaces/default/serviceaccounts';
  await send(of, of.token, 'POST', path, { metadata: { name: 'robot' } });
  const { text } = await send(of, of.token, 'POST', `${path}/robot/token`, {});
  return (JSON.parse(text) as { status: { token: string } }).status.token;
}

describe('another tenant', () => {
  it('gets the same refusal on every route, whether what it names exists or not', async () => {
    const all = [...routes()];
    expect(all.length).toBeGreaterThan(700);
    const answers = new Map<string, string[]>();
    const robot = await robotToken(bob);
    expect((await send(bob, robot, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', selfReview)).code).toBe(201);
    for (const { method, path, body } of all) {
      for (const token of [bob.token, robot, undefined, 'kjk_0000000000000000000000000000000000000000000000', 'eyJhbGciOiJub25lIn0.e30.']) {
        const { code, text } = await send(alice, token, method, path, body);
        const answer = `${code} ${text}`;
        answers.set(answer, [...(answers.get(answer) ?? []), `${method} ${path}`]);
      }
    }
    expect([...answers.keys()]).toEqual([expect.stringMatching(/^401 .*"message":"Unauthorized"/)]);
    const unknown = await send({ cluster: `c-${'a'.repeat(20)}` as ClusterId }, bob.token, 'GET', '/api/v1/namespaces');
    expect(`${unknown.code} ${unknown.text}`).toBe([...answers.keys()][0]);
  });

  it('learns nothing from the owner’s continue tokens and versions on its own cluster', async () => {
    for (let at = 0; at < 3; at += 1)
      await send(alice, alice.token, 'POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: `a${at}` } });
    const page = JSON.parse((await send(alice, alice.token, 'GET', '/api/v1/namespaces/default/configmaps?limit=1')).text) as {
      metadata: { continue: string; resourceVersion: string };
    };
    for (const query of [
      `limit=5&continue=${page.metadata.continue}`,
      `resourceVersion=${page.metadata.resourceVersion}&resourceVersionMatch=Exact`,
    ]) {
      const { text } = await send(bob, bob.token, 'GET', `/api/v1/namespaces/default/configmaps?${query}`);
      expect(text).not.toMatch(/"name":"a\d"/);
    }
    const watched = await send(bob, bob.token, 'GET', '/api/v1/configmaps?watch=1&timeoutSeconds=1&resourceVersion=1');
    expect(watched.text).not.toContain('"a0"');
  });

  it('sees nothing of kinds that the owner’s cluster defines', async () => {
    const own = '/apis/alice.example.com/v1/namespaces/default/treasuremaps/treasure';
    expect((await send(alice, alice.token, 'GET', own)).code).toBe(200);
    expect((await send(bob, bob.token, 'GET', own)).code).toBe(404);
    for (const path of ['/apis', '/apis/alice.example.com', '/openapi/v2', '/openapi/v3', '/openapi/v3/apis/alice.example.com/v1']) {
      expect((await send(alice, alice.token, 'GET', path)).text).toContain('alice.example.com');
      expect((await send(bob, bob.token, 'GET', path)).text).not.toContain('alice.example.com');
    }
  });

  it('gets no further by acting as the owner, and learns nothing from a review of the owner’s tokens', async () => {
    const robot = await robotToken(alice);
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: robot } };
    const own = JSON.parse((await send(alice, alice.token, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', review)).text) as object;
    expect(own).toMatchObject({ status: { authenticated: true, user: { username: 'system:serviceaccount:default:robot' } } });
    const foreign = JSON.parse((await send(bob, bob.token, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', review)).text) as object;
    expect(foreign).toMatchObject({ status: { user: {}, error: 'invalid bearer token' } });
    const response = await fetch(`${base}/clusters/${alice.cluster}/api/v1/secrets`, {
      headers: { authorization: `Bearer ${bob.token}`, 'impersonate-user': 'alice@example.com', 'impersonate-group': 'system:masters' },
    });
    expect(response.status).toBe(401);
  });

  it('finds nothing in the database without saying whose, even with a query that forgot to', async () => {
    const { objects } = await control.storage.cluster(bob.cluster).list({ group: '', resource: 'secrets' });
    expect(objects).toEqual([]);
  });
});

describe('the owner', () => {
  it('reads back what lies sealed', async () => {
    const { code, text } = await send(alice, alice.token, 'GET', '/api/v1/namespaces/default/secrets/treasure');
    expect(code).toBe(200);
    expect((JSON.parse(text) as { data: { gold: string } }).data.gold).toBe(Buffer.from('alice-only').toString('base64'));
    const stored = await control.engine
      .cluster(alice.cluster)
      .get({ group: '', resource: 'secrets', namespace: 'default', name: 'treasure' });
    expect(stored?.body).not.toContain(Buffer.from('alice-only').toString('base64'));
  });
});
