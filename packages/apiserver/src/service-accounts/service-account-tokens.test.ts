import { createPublicKey, verify } from 'node:crypto';
import type { KubeObject } from '@kajitori/apimachinery';
import { clusterRoleBindings, clusterRoles, nodes, pods, secrets, serviceAccounts, type TokenRequest, tokenReviews } from '@kajitori/kinds';
import { FakeClock } from '@kajitori/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiOverHttp } from '../testing/api-over-http.testing.ts';
import { admin, type MemoryApi, memoryApi, pod } from '../testing/memory-api.testing.ts';
import { ServiceAccountTokens } from './service-account-tokens.ts';
import { issuerOf } from '../testing/token-keys.testing.ts';

/** What is remembered of a token for a moment. */
const remembered = 1_600;
const clock = new FakeClock('2026-03-01T00:00:00Z');
let world: MemoryApi;
let owns: AsyncDisposableStack;
let url: string;

beforeEach(async () => {
  owns = new AsyncDisposableStack();
  world = owns.use(await memoryApi({ clock, authenticateToken: async (_cluster, token) => (token === 'admin' ? admin : undefined) }));
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'basic' } };
  const rules = [{ apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] }];
  await world.client.resource(clusterRoles).create({ ...role, rules });
  await world.client.resource(clusterRoleBindings).create({
    ...role,
    kind: 'ClusterRoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'basic' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
  });
  ({ url } = owns.use(await apiOverHttp(world)));
});
afterEach(() => owns.disposeAsync());

const accounts = () => world.client.resource(serviceAccounts);

async function account(name = 'robot'): Promise<KubeObject> {
  return accounts().create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } });
}

type Spec = Partial<TokenRequest['spec']>;

async function request(spec: Spec = {}, name = 'robot', metadata: KubeObject['metadata'] = {}): Promise<TokenRequest> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec };
  return accounts().post('default', name, 'token', body);
}

const tokenOf = ({ status }: TokenRequest): string => status?.token ?? '';

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

async function whoAmI(token: string): Promise<{ code: number; user: Record<string, unknown> | undefined }> {
  const response = await fetch(`${url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
  });
  const body = (await response.json()) as { status?: { userInfo?: Record<string, unknown> } };
  return { code: response.status, user: body.status?.userInfo };
}

async function review(token: string, audiences?: string[]): Promise<Record<string, unknown>> {
  const { status } = await world.client.resource(tokenReviews).create({
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    metadata: {},
    spec: { token, ...(audiences === undefined ? {} : { audiences }) },
  });
  return status as Record<string, unknown>;
}

const later = () => new Promise((resolve) => setTimeout(resolve, remembered));

describe('a TokenRequest', () => {
  it('answers with a token that says whose it is and how long', async () => {
    const { metadata } = await account();
    const answer = await request({ expirationSeconds: 600 });
    expect(answer.metadata).toMatchObject({ name: 'robot', namespace: 'default' });
    expect(answer.spec).toEqual({ audiences: [issuerOf(world.cluster)], expirationSeconds: 600 });
    expect(answer.status?.expirationTimestamp).toBe('2026-03-01T00:10:00Z');
    const now = Date.parse('2026-03-01T00:00:00Z') / 1000;
    expect(claimsOf(tokenOf(answer))).toEqual({
      aud: [issuerOf(world.cluster)],
      exp: now + 600,
      iat: now,
      iss: issuerOf(world.cluster),
      jti: expect.any(String),
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot', uid: metadata.uid } },
      nbf: now,
      sub: 'system:serviceaccount:default:robot',
    });
  });

  it.each<[string, Spec, string]>([
    [
      'a short life',
      { expirationSeconds: 599 },
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    ['too long a life', { expirationSeconds: 2 ** 32 + 1 }, 'may not specify a duration larger than 2^32 seconds'],
    [
      'a bound ConfigMap',
      { boundObjectRef: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' } },
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
    ['a missing pod', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'none' } }, 'pods "none" not found'],
  ])('is refused for %s', async (_what, spec, message) => {
    await account();
    await expect(request(spec)).rejects.toThrow(message);
  });

  it('is refused for an account that is not there, and for a body that names another', async () => {
    await account();
    await expect(request({}, 'nobody')).rejects.toThrow('serviceaccounts "nobody" not found');
    await expect(request({}, 'robot', { name: 'other' })).rejects.toThrow('must match the service account name if specified');
  });

  it('binds to a pod that runs as the account, and to no other uid', async () => {
    await account();
    const created = await world.client
      .resource(pods)
      .create({ ...pod('p'), spec: { ...pod('p').spec, serviceAccountName: 'robot' } } as never);
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: created.metadata.uid ?? '' };
    const usual = claimsOf(tokenOf(await request({ boundObjectRef, expirationSeconds: 3607 })));
    expect(usual).toMatchObject({
      exp: (usual['iat'] as number) + 365 * 24 * 3600,
      'kubernetes.io': { pod: { name: 'p', uid: created.metadata.uid }, warnafter: (usual['iat'] as number) + 3607 },
    });
    const token = tokenOf(await request({ boundObjectRef, expirationSeconds: 3607 }));
    const reader = new ServiceAccountTokens({ storage: world.storage, keys: world.tokenKeys, clock });
    const notes = new Map<string, string>();
    const note = (key: string, value: string): void => void notes.set(key, value);
    await reader.authenticate(world.cluster, token, note);
    expect([...notes]).toEqual([]);
    clock.advance((3607 + 30) * 1000);
    await reader.authenticate(world.cluster, token, note);
    const stale = 'subject: system:serviceaccount:default:robot, seconds after warning threshold: 30';
    expect([...notes]).toEqual([['authentication.k8s.io/stale-token', stale]]);
    await expect(request({ boundObjectRef: { ...boundObjectRef, uid: 'x' } })).rejects.toThrow(
      'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (x) does not match the UID in record',
    );
    await expect(request({ boundObjectRef }, 'default')).rejects.toThrow(
      'cannot bind token for serviceaccount "default" to pod running with different serviceaccount name.',
    );
  });

  it('of a node is refused but for a pod that is on it', async () => {
    await account();
    const node = world.api.client(world.cluster, { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] });
    const ask = (spec: Spec) =>
      node.resource(serviceAccounts).post('default', 'robot', 'token', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {},
        spec,
      });
    await expect(ask({})).rejects.toThrow('serviceaccounts "robot" is forbidden: node requested token not bound to a pod');
    const made = async (name: string, nodeName: string) => {
      const { metadata } = await world.client
        .resource(pods)
        .create({ ...pod(name), spec: { ...pod(name).spec, serviceAccountName: 'robot', nodeName } } as never);
      return { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid: metadata.uid ?? '' } };
    };
    await expect(ask(await made('other', 'n2'))).rejects.toThrow('node requested token bound to a pod scheduled on a different node');
    expect(tokenOf(await ask(await made('own', 'n1')))).toMatch(/^eyJ/);
  });
});

describe('a token', () => {
  it('speaks for its account to the cluster that signed it, and to no other', async () => {
    const { metadata } = await account();
    const token = tokenOf(await request());
    const { code, user } = await whoAmI(token);
    expect(code).toBe(201);
    expect(user).toMatchObject({
      username: 'system:serviceaccount:default:robot',
      uid: metadata.uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${String(claimsOf(token)['jti'])}`] },
    });
    await using other = await memoryApi({ clock });
    await using http = await apiOverHttp(other);
    const refused = await fetch(`${http.url}/api`, { headers: { authorization: `Bearer ${token}` } });
    const garbage = await fetch(`${http.url}/api`, { headers: { authorization: 'Bearer garbage' } });
    expect([refused.status, await refused.text()]).toEqual([401, await garbage.text()]);
  });

  it('is refused when its text was changed, even to another account', async () => {
    await account();
    const [head = '', body = '', signature = ''] = tokenOf(await request()).split('.');
    const said = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...said, sub: 'system:serviceaccount:kube-system:root' })).toString('base64url');
    expect((await whoAmI(`${head}.${forged}.${signature}`)).code).toBe(401);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect((await whoAmI(`${none}.${body}.`)).code).toBe(401);
  });

  it('ends with its time', async () => {
    await account();
    const token = tokenOf(await request({ expirationSeconds: 600 }));
    expect((await whoAmI(token)).code).toBe(201);
    clock.advance(661_000);
    expect((await whoAmI(token)).code).toBe(401);
    expect(await review(token)).toMatchObject({ error: '[invalid bearer token, service account token has expired]' });
  });

  it('ends with its account, and does not speak for the next of that name', async () => {
    await account();
    const token = tokenOf(await request());
    expect((await whoAmI(token)).code).toBe(201);
    await accounts().delete('default', 'robot');
    await account();
    await later();
    expect((await whoAmI(token)).code).toBe(401);
    expect((await review(token))['error']).toMatch(/service account UID \(.+\) does not match claim/);
  });

  it('ends with what it is bound to', async () => {
    await account();
    await world.client.resource(nodes).create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {} });
    const token = tokenOf(await request({ boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'n' } }));
    expect((await whoAmI(token)).user).toMatchObject({ extra: { 'authentication.kubernetes.io/node-name': ['n'] } });
    await world.client.resource(nodes).delete('', 'n');
    await later();
    expect(await review(token)).toMatchObject({ error: '[invalid bearer token, service account token has been invalidated]' });
  });

  it('for another audience is known to a review that asks for it, and to the API not at all', async () => {
    await account();
    const token = tokenOf(await request({ audiences: ['vault'] }));
    expect((await whoAmI(token)).code).toBe(401);
    expect(await review(token, ['vault', 'other'])).toMatchObject({ authenticated: true, audiences: ['vault'] });
    expect(await review(token)).toMatchObject({
      error: `[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["${issuerOf(world.cluster)}"]]`,
    });
  });

  it('in a Secret is good as long as it lies there', async () => {
    const { metadata } = await account();
    const keys = world.tokenKeys;
    const token = await keys.sign(world.cluster, {
      iss: 'kubernetes/serviceaccount',
      'kubernetes.io/serviceaccount/namespace': 'default',
      'kubernetes.io/serviceaccount/secret.name': 's',
      'kubernetes.io/serviceaccount/service-account.name': 'robot',
      'kubernetes.io/serviceaccount/service-account.uid': metadata.uid,
      sub: 'system:serviceaccount:default:robot',
    });
    expect((await whoAmI(token)).code).toBe(401);
    await world.client.resource(secrets).create({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { name: 's', namespace: 'default', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
      data: { token: Buffer.from(token).toString('base64') },
    });
    expect((await whoAmI(token)).user).toMatchObject({ username: 'system:serviceaccount:default:robot' });
    await world.client.resource(secrets).delete('default', 's');
    await later();
    expect((await whoAmI(token)).code).toBe(401);
  });
});

describe('the issuer’s documents', () => {
  it('let anybody who may read them check a token', async () => {
    await account();
    const token = tokenOf(await request());
    const read = (path: string, as: string): Promise<Response> => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${as}` } });
    expect((await read('/openid/v1/jwks', token)).status).toBe(403);
    const configuration = (await (await read('/.well-known/openid-configuration', 'admin')).json()) as Record<string, unknown>;
    expect(configuration).toEqual({
      issuer: issuerOf(world.cluster),
      jwks_uri: `${issuerOf(world.cluster)}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
    const published = await read('/openid/v1/jwks', 'admin');
    expect(published.headers.get('content-type')).toBe('application/jwk-set+json');
    const [key] = ((await published.json()) as { keys: JsonWebKey[] }).keys;
    const [head = '', body = '', signature = ''] = token.split('.');
    const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
    const signed = Buffer.from(`${head}.${body}`);
    expect(verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))).toBe(true);
  });
});
