import { type ClusterId, type KubeObject, newClusterId } from '@kajitori/apimachinery';
import type { ClusterClient, UserInfo } from '@kajitori/client';
import { type Namespace, namespaces, type ServiceAccount, serviceAccounts } from '@kajitori/kinds';
import { type MemoryStorage, openMemoryStorage } from '@kajitori/storage';
import { silentLogger } from '@kajitori/telemetry';
import type { Authenticator } from '../authentication/authenticator.ts';
import { ApiServer, type ApiServerOptions } from '../api-server.ts';
import type { TokenKeys } from '../service-accounts/token-keys.ts';
import { testTokenKeys } from './token-keys.testing.ts';

export const admin: UserInfo = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

export interface MemoryApi extends AsyncDisposable {
  storage: MemoryStorage;
  api: ApiServer;
  cluster: ClusterId;
  client: ClusterClient;
  tokenKeys: TokenKeys;
}

/** The whole pipeline over the memory driver, with one cluster and its namespace `default`. */
export async function memoryApi({
  authenticateToken = async () => undefined,
  ...options
}: Pick<ApiServerOptions, 'node' | 'egress' | 'clock' | 'frontProxy' | 'audit'> & Partial<Authenticator> = {}): Promise<MemoryApi> {
  const storage = openMemoryStorage();
  const tokenKeys = testTokenKeys();
  const cluster = newClusterId();
  await storage.clusters.create(cluster);
  const api = new ApiServer({ storage, authenticator: { authenticateToken }, tokenKeys, logger: silentLogger, ...options });
  const client = api.client(cluster, admin);
  await client.resource(namespaces).create(namespace('default'));
  await client.resource(serviceAccounts).create(defaultAccount('default'));
  return {
    storage,
    api,
    cluster,
    client,
    tokenKeys,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}

export function namespace(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} };
}

/** What a controller gives every namespace: pods run as it. */
export function defaultAccount(of: string): ServiceAccount {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: of } };
}

export function configMap(
  name: string,
  data: Record<string, string> = {},
  metadata: KubeObject['metadata'] = {},
): KubeObject & { data: Record<string, string> } {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...metadata }, data };
}

export function pod(name: string, metadata: KubeObject['metadata'] = {}): KubeObject & { spec: Record<string, unknown> } {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'c', image: 'busybox:1' }] },
  };
}
