/** For tests: gateways, the API's pipeline and hollow nodes around one storage, in one process. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayMessage } from '@kajitori/agent-protocol';
import { type ClusterId, type KubeObject, newClusterId, systemClock } from '@kajitori/apimachinery';
import { ApiServer } from '@kajitori/apiserver';
import { type ClusterClient, createClusterClient, type UserInfo } from '@kajitori/client';
import { Gateway, MemorySessionDirectory, PostgresSessionDirectory, type SessionDirectory, type SessionRow } from '@kajitori/gateway';
import { namespaces, type Pod, pods, serviceAccounts } from '@kajitori/kinds';
import { openMemoryStorage, openPostgresStorage, type StorageEngine } from '@kajitori/storage';
import type { GatewayInstance } from '@kajitori/streams';
import { silentLogger } from '@kajitori/telemetry';
import { testDatabase } from '@kajitori/testing';
import postgres from 'postgres';
import { HollowNode, type HollowNodeOptions } from '../hollow-node.ts';
import { Identities } from './identities.ts';

const admin: UserInfo = { name: 'admin', groups: ['system:masters'] };

interface Ground {
  storage: StorageEngine;
  directoryOf(self: GatewayInstance): SessionDirectory;
}

/** What a world can stand on. */
export const grounds: readonly [name: string, (owns: AsyncDisposableStack) => Promise<Ground>][] = [
  [
    'memory',
    async (owns) => {
      const rows = new Map<string, SessionRow & { at: GatewayInstance }>();
      return { storage: owns.use(openMemoryStorage()), directoryOf: (self) => new MemorySessionDirectory(self, rows) };
    },
  ],
  [
    'Postgres',
    async (owns) => {
      const database = owns.use(await testDatabase());
      const sql = postgres(database.appUrl, { max: 3, onnotice: () => undefined });
      owns.defer(() => sql.end());
      return {
        storage: owns.use(openPostgresStorage({ url: database.appUrl })),
        directoryOf: (self) => new PostgresSessionDirectory(sql, self),
      };
    },
  ],
];

export interface ServedGateway extends AsyncDisposable {
  gateway: Gateway;
  url: string;
  directory: SessionDirectory;
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, milliseconds = 5_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function podNamed(name: string, spec: object = {}, node = 'n1'): Pod & KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { nodeName: node, containers: [{ name: 'c', image: 'i' }], ...spec },
  };
}

export class GatewayWorld implements AsyncDisposable {
  readonly identities = new Identities();
  readonly cluster: ClusterId = newClusterId();
  readonly client: ClusterClient;
  readonly #ground: Ground;
  readonly #api: ApiServer;
  readonly #owns = new AsyncDisposableStack();

  private constructor(ground: Ground) {
    this.#ground = ground;
    this.#api = this.#owns.use(
      new ApiServer({
        storage: ground.storage,
        authenticator: { authenticateToken: async () => undefined },
        logger: silentLogger,
      }),
    );
    this.client = this.#api.client(this.cluster, admin);
  }

  /** A world with one cluster of its own. The ground is the caller's. */
  static async open(ground: Ground): Promise<GatewayWorld> {
    const world = new GatewayWorld(ground);
    await ground.storage.clusters.create(world.cluster);
    for (const name of ['default', 'kube-node-lease']) {
      await world.client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
      await world.client
        .resource(serviceAccounts)
        .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
    }
    return world;
  }

  async serve(instance = 'g1'): Promise<ServedGateway> {
    const { storage } = this.#ground;
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const directory = this.#ground.directoryOf({ instance, address: `127.0.0.1:${port}` });
    const gateway = new Gateway({
      storage,
      identity: this.identities,
      fences: storage.fences,
      directory,
      clients: {
        forNode: ({ cluster, name, fence, onFenced }) =>
          createClusterClient(this.#api.transport(cluster, { fence, onFenced }), { name: `system:node:${name}`, groups: ['system:nodes'] }),
      },
      clock: systemClock,
      logger: silentLogger,
    });
    server.on('upgrade', (request, socket, head) => {
      if (gateway.takes(request)) void gateway.upgrade(request, socket, head);
      else socket.destroy();
    });
    return this.#owns.use({
      gateway,
      directory,
      url: `ws://127.0.0.1:${port}`,
      async [Symbol.asyncDispose]() {
        await gateway[Symbol.asyncDispose]();
        server.close();
      },
    });
  }

  /** A hollow node that has been welcomed; by a credential of its own unless told otherwise. */
  async hollow(url: string, options: Partial<HollowNodeOptions> = {}): Promise<HollowNode & { heard: GatewayMessage[] }> {
    const heard: GatewayMessage[] = [];
    const name = options.name ?? 'n1';
    const own = options.joinToken === undefined && options.credential === undefined;
    const node = this.#owns.use(
      new HollowNode({
        gatewayUrl: url,
        name,
        onMessage: (message) => heard.push(message),
        ...(own ? { credential: this.identities.credential(this.cluster, name) } : {}),
        ...options,
      }),
    );
    await node.start();
    return Object.assign(node, { heard });
  }

  async phaseOf(pod: string): Promise<string | undefined> {
    return (await this.client.resource(pods).find('default', pod))?.status?.phase;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owns.disposeAsync();
  }
}
