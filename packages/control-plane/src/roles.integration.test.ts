import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FirstOrganization, type Role, setUpFirstOrganization, systemActor } from '@kajitori/accounts';
import { isStatusError, type KubeObject } from '@kajitori/apimachinery';
import { clusterRoles, configMaps, type Kind, namespaces } from '@kajitori/kinds';
import { silentLogger } from '@kajitori/telemetry';
import { testDatabase, testRedis } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlane, openControlPlane } from './control-plane.ts';

/** What each role of an organization may do in its clusters, from the key that comes with a request to the API's answer. */
const owns = new AsyncDisposableStack();
let control: ControlPlane;
let first: FirstOrganization;

beforeAll(async () => {
  const database = owns.use(await testDatabase());
  const redis = owns.use(await testRedis());
  const directory = await mkdtemp(join(tmpdir(), 'kajitori-roles-'));
  owns.defer(() => rm(directory, { recursive: true }));
  const masterKeyFile = join(directory, 'master.key');
  await writeFile(masterKeyFile, randomBytes(32), { mode: 0o600 });
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
  const options = { email: 'owner@example.com', password: 'correct horse battery staple', organizationName: 'roles', clusterName: 'local' };
  first = await setUpFirstOrganization(control.accounts, options);
});
afterAll(() => owns.disposeAsync());

async function attempts(role: Role): Promise<Record<string, boolean>> {
  const { accounts } = control;
  const { id: clusterId, organizationId } = first.cluster;
  const { token } = await accounts.keys.create(systemActor(), { name: role, role, scope: { type: 'cluster', organizationId, clusterId } });
  const user = await accounts.authenticateToken(clusterId, token);
  if (user === undefined) throw new Error('the key does not reach its cluster');
  const client = control.clientAs(clusterId, user);
  const create = (kind: Kind, object: object) => client.resource(kind).create(object as KubeObject);
  const tried: Record<string, Promise<unknown>> = {
    readsConfigMaps: client.resource(configMaps).list('default'),
    writesConfigMaps: create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: role, namespace: 'default' },
    }),
    makesNamespaces: create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: role } }),
    readsClusterRoles: client.resource(clusterRoles).list(''),
  };
  const outcomes = Object.entries(tried).map(async ([what, work]) => [what, await work.then(() => true, refused)] as const);
  return Object.fromEntries(await Promise.all(outcomes));
}

function refused(error: unknown): boolean {
  if (isStatusError(error, 'Forbidden')) return false;
  throw error;
}

describe('in the clusters of an organization', () => {
  it.each([
    ['viewer', { readsConfigMaps: true, writesConfigMaps: false, makesNamespaces: false, readsClusterRoles: false }],
    ['member', { readsConfigMaps: true, writesConfigMaps: true, makesNamespaces: false, readsClusterRoles: false }],
    ['admin', { readsConfigMaps: true, writesConfigMaps: true, makesNamespaces: true, readsClusterRoles: true }],
    ['owner', { readsConfigMaps: true, writesConfigMaps: true, makesNamespaces: true, readsClusterRoles: true }],
  ] as const)('a %s may do what Kubernetes’ default roles say', async (role, expected) => {
    expect(await attempts(role)).toEqual(expected);
  });
});
