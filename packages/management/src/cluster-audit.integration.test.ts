import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { getRequestListener } from '@hono/node-server';
import type { ClusterId } from '@kajitori/apimachinery';
import { Metrics } from '@kajitori/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ManagementFixture, managementFixture, requester, type TestTenant } from '../test/fixture.ts';

interface Page {
  items: { verb: string; user: { username: string }; objectRef: { name: string } }[];
  nextCursor?: string;
}

let fixture: ManagementFixture;
let tenant: TestTenant;
let cluster: string;
let audit: string;

/** Sends requests to the cluster's Kubernetes API over HTTP, and waits until their events are written. */
async function kubernetes(...requests: [method: string, path: string, body?: object][]): Promise<void> {
  const http = fixture.api.http({ clusterOf: () => cluster as ClusterId, metrics: new Metrics(), serverAddress: 'here:443' });
  const listener = getRequestListener((request, env) => http.app.fetch(request, env), { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const [method, path, body] of requests) {
    // One after the other, as a person would.
    await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${tenant.sessionToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  server.close();
  server.closeAllConnections();
}

const namespaceNamed = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

beforeAll(async () => {
  fixture = await managementFixture();
  tenant = await fixture.tenant('acme');
  cluster = (await tenant.as('POST', '/v1/clusters', { name: 'audited' })).body['id'] ?? '';
  audit = `/v1/clusters/${cluster}/audit`;
  await kubernetes(
    ['POST', '/api/v1/namespaces', namespaceNamed('a')],
    ['POST', '/api/v1/namespaces', namespaceNamed('b')],
    ['GET', '/api/v1/namespaces'],
    ['DELETE', '/api/v1/namespaces/a'],
  );
});
afterAll(() => fixture[Symbol.asyncDispose]());

const told = ({ items }: Page): string[] => items.map(({ verb, objectRef }) => `${verb} ${objectRef.name}`);

describe('the audit log of a cluster', () => {
  it('is listed newest first, by filters and pages', async () => {
    await expect
      .poll(async () => told((await tenant.as<Page>('GET', audit)).body), { timeout: 5_000 })
      .toEqual(['delete a', 'create b', 'create a']);
    expect(told((await tenant.as<Page>('GET', `${audit}?verb=create`)).body)).toEqual(['create b', 'create a']);
    expect(told((await tenant.as<Page>('GET', `${audit}?name=a&resource=namespaces`)).body)).toEqual(['delete a', 'create a']);
    expect(told((await tenant.as<Page>('GET', `${audit}?to=2020-01-01T00:00:00Z`)).body)).toEqual([]);
    const first = (await tenant.as<Page>('GET', `${audit}?limit=2`)).body;
    const second = (await tenant.as<Page>('GET', `${audit}?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...told(first), ...told(second)]).toEqual(['delete a', 'create b', 'create a']);
    expect(second.nextCursor).toBeUndefined();
    expect(await tenant.as('GET', `${audit}?cursor=x`)).toMatchObject({ status: 422, body: { errors: [{ field: 'cursor' }] } });
    expect(await tenant.as('GET', `${audit}?from=yesterday`)).toMatchObject({ status: 422, body: { errors: [{ field: 'from' }] } });
  });

  it('is exported line by line, compressed where that is accepted', async () => {
    const plain = await tenant.as<string>('GET', `${audit}/export?verb=create`);
    expect(plain.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = plain.body.trimEnd().split('\n');
    expect(told({ items: lines.map((line) => JSON.parse(line) as Page['items'][number]) })).toEqual(['create b', 'create a']);
    const gzipped = await fixture.app.request(`${audit}/export?verb=create`, {
      headers: { authorization: `Bearer ${tenant.sessionToken}`, 'accept-encoding': 'gzip' },
    });
    expect(gzipped.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(await gzipped.arrayBuffer()).toString()).toBe(plain.body);
  });

  it('is nobody else’s, and not for roles below admin', async () => {
    const stranger = await fixture.tenant('globex');
    expect(await stranger.as('GET', `${audit}/export`)).toMatchObject({ status: 404 });
    const { body } = await tenant.as<{ token: string }>('POST', '/v1/keys', { name: 'member', role: 'member' });
    expect(await requester(fixture.app, body.token)('GET', `${audit}/export`)).toMatchObject({ status: 403 });
  });
});

describe('the audit policy of a cluster', () => {
  const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'None' }] };

  it('is the default, then what was set as JSON or YAML', async () => {
    const path = `/v1/clusters/${cluster}/audit-policy`;
    expect((await tenant.as<typeof policy>('GET', path)).body.rules.length).toBeGreaterThan(3);
    expect(await tenant.as('PUT', path, policy)).toMatchObject({ status: 200, body: policy });
    expect((await tenant.as('GET', path)).body).toEqual(policy);
    const yaml = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata\n';
    expect((await tenant.as('PUT', path, yaml, { 'content-type': 'application/yaml' })).status).toBe(200);
    expect((await tenant.as('GET', path, undefined, { accept: 'application/yaml' })).body).toBe(yaml);
  });

  it('is refused with the field that is wrong', async () => {
    const path = `/v1/clusters/${cluster}/audit-policy`;
    expect(await tenant.as('PUT', path, { ...policy, rules: [{ level: 'All' }] })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'rules[0].level' }] },
    });
    expect((await tenant.as('PUT', path, 'a: [', { 'content-type': 'application/yaml' })).status).toBe(400);
    expect((await tenant.as('PUT', path)).status).toBe(400);
  });
});
