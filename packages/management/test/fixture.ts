import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type AccountsFixture, accountsFixture, type Tenant } from '@kajitori/accounts/fixture';
import { newSecretToken, secretTokenHash } from '@kajitori/apimachinery';
import { ApiServer } from '@kajitori/apiserver';
import { type Node, nodes } from '@kajitori/kinds';
import { openPostgresStorage } from '@kajitori/storage';
import { silentLogger } from '@kajitori/telemetry';
import { managementApp } from '../src/management-app.ts';

/** The REST API over real accounts, and a real Kubernetes API for its clusters. */
export interface ManagementFixture extends AsyncDisposable {
  readonly accounts: AccountsFixture;
  readonly app: ReturnType<typeof managementApp>;
  readonly api: ApiServer;
  tenant(name?: string): Promise<TestTenant>;
}

export interface TestTenant extends Tenant {
  /** As the owner. */
  as: Requester;
}

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** Sends a request with a token, and reads the answer as JSON. */
export type Requester = <Body = Record<string, string>>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer<Body>>;

export async function managementFixture(): Promise<ManagementFixture> {
  const owns = new AsyncDisposableStack();
  const accounts = owns.use(await accountsFixture());
  const storage = owns.use(openPostgresStorage({ url: accounts.database.appUrl }));
  const api = owns.use(
    new ApiServer({ storage, authenticator: accounts.accounts, audit: accounts.accounts.clusterAudit, logger: silentLogger }),
  );
  const app = managementApp({
    accounts: accounts.accounts,
    clusterClient: (cluster, user) => api.client(cluster, user),
    clusterLimits: (cluster) => api.limits(cluster),
    publicUrl: 'https://127.0.0.1:6443',
    publicCertificate: false,
    logger: silentLogger,
  });
  return {
    accounts,
    app,
    api,
    async tenant(name) {
      const tenant = await accounts.tenant(name);
      return { ...tenant, as: requester(app, tenant.sessionToken) };
    },
    [Symbol.asyncDispose]: () => owns.disposeAsync(),
  };
}

/** The REST API behind TLS under our own authority, as the api process serves it. */
export async function serveManagement({ app, accounts }: ManagementFixture): Promise<ServedManagement> {
  const { certificates } = accounts.accounts;
  const { cert, key } = await certificates.servingCertificate(['127.0.0.1']);
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer({ cert, key }, (incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificateAuthority: await certificates.servingAuthority(),
    pin: await certificates.servingPin(),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export interface ServedManagement extends AsyncDisposable {
  url: string;
  /** PEM. */
  certificateAuthority: string;
  pin: string;
}

export function requester(app: ManagementFixture['app'], token?: string): Requester {
  return async <Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> => {
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await app.request(path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
    });
    const text = await answer.text();
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: (isJson && text !== '' ? JSON.parse(text) : text) as Body };
  };
}

/** A node that joined and reported itself, as a gateway would write it. */
export async function addNode(
  { accounts, api }: ManagementFixture,
  tenant: Tenant,
  cluster: string,
  name: string,
): Promise<{ credential: string }> {
  const clusterId = cluster as Parameters<typeof api.client>[0];
  const { token } = await accounts.accounts.joinTokens.create(tenant.actor, { organizationId: tenant.organization.id, clusterId });
  const credential = newSecretToken('nodeCredential');
  await accounts.accounts.nodeIdentity.join({ token, nodeName: name, credentialHash: secretTokenHash(credential) }, randomUUID());
  const client = api.client(clusterId, { name: 'system:admin', groups: ['system:masters'] }).resource(nodes);
  const node: Node = await client.create({ apiVersion: 'v1', kind: 'Node', metadata: { name } } as Node);
  await client.updateStatus({
    ...node,
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      capacity: { cpu: '2' },
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    },
  });
  return { credential };
}
