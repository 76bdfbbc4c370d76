import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type AgentMessage, closeCodes, type GatewayMessage } from '@kajitori/agent-protocol';
import { type ClusterId, type KubeObject, newClusterId, newSecretToken, systemClock } from '@kajitori/apimachinery';
import { ApiServer } from '@kajitori/apiserver';
import { type ClusterClient, createClusterClient, type UserInfo } from '@kajitori/client';
import {
  fencedStorage,
  Gateway,
  MemorySessionDirectory,
  PostgresSessionDirectory,
  RoutedStreams,
  type SessionDirectory,
  type SessionRow,
} from '@kajitori/gateway';
import { configMaps, leases, namespaces, nodes, pods, secrets, type Pod } from '@kajitori/kinds';
import { openMemoryStorage, openPostgresStorage, type Storage, type StorageEngine } from '@kajitori/storage';
import type { GatewayInstance } from '@kajitori/streams';
import { silentLogger } from '@kajitori/telemetry';
import { testDatabase } from '@kajitori/testing';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RefusedByGatewayError } from './agent-connection.ts';
import { HollowNode, type HollowNodeOptions } from './hollow-node.ts';
import { Identities } from './testing/identities.ts';

const admin: UserInfo = { name: 'admin', groups: ['system:masters'] };

async function until(what: string, holds: () => boolean | Promise<boolean>, milliseconds = 5_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface Served extends AsyncDisposable {
  gateway: Gateway;
  url: string;
  directory: SessionDirectory;
}

const drivers: [
  string,
  () => Promise<{ storage: StorageEngine; directory: (self: GatewayInstance) => SessionDirectory; end: () => Promise<void> }>,
][] = [
  [
    'memory',
    async () => {
      const rows = new Map<string, SessionRow & { at: GatewayInstance }>();
      return { storage: openMemoryStorage(), directory: (self) => new MemorySessionDirectory(self, rows), end: async () => undefined };
    },
  ],
  [
    'Postgres',
    async () => {
      const database = await testDatabase();
      const sql = postgres(database.appUrl, { max: 3, onnotice: () => undefined });
      return {
        storage: openPostgresStorage({ url: database.appUrl }),
        directory: (self) => new PostgresSessionDirectory(sql, self),
        async end() {
          await sql.end();
          await database[Symbol.asyncDispose]();
        },
      };
    },
  ],
];

describe.each(drivers)('a gateway over %s', (_name, open) => {
  let storage: StorageEngine;
  let directoryOf: (self: GatewayInstance) => SessionDirectory;
  let endDriver: () => Promise<void>;
  let api: ApiServer;
  let cluster: ClusterId;
  let client: ClusterClient;
  const identities = new Identities();
  const owned: AsyncDisposable[] = [];

  beforeAll(async () => {
    ({ storage, directory: directoryOf, end: endDriver } = await open());
    api = new ApiServer({ storage, authenticator: { authenticateToken: async () => undefined }, logger: silentLogger });
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await storage[Symbol.asyncDispose]();
    await endDriver();
  });
  beforeEach(async () => {
    cluster = newClusterId();
    await storage.clusters.create(cluster);
    client = apiOver(storage, cluster, admin);
    for (const name of ['default', 'kube-node-lease'])
      await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } } as never);
  });
  afterEach(async () => {
    for (const each of owned.splice(0).reverse()) await each[Symbol.asyncDispose]();
  });

  function apiOver(over: Storage, of: ClusterId, user: UserInfo): ClusterClient {
    return createClusterClient(api.transport(of, over), user);
  }

  async function serve(instance = 'g1'): Promise<Served> {
    const server: Server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const directory = directoryOf({ instance, address: `127.0.0.1:${port}` });
    const gateway = new Gateway({
      storage,
      identity: identities,
      fences: storage.fences,
      directory,
      clients: {
        forNode: ({ cluster: of, name, fence, onFenced }) =>
          apiOver(fencedStorage(storage, fence, onFenced), of, { name: `system:node:${name}`, groups: ['system:nodes'] }),
      },
      clock: systemClock,
      logger: silentLogger,
    });
    server.on('upgrade', (request, socket, head) =>
      gateway.takes(request) ? void gateway.upgrade(request, socket, head) : socket.destroy(),
    );
    const served = {
      gateway,
      directory,
      url: `ws://127.0.0.1:${port}`,
      async [Symbol.asyncDispose]() {
        await gateway[Symbol.asyncDispose]();
        server.close();
      },
    };
    owned.push(served);
    return served;
  }

  async function hollow(url: string, options: Partial<HollowNodeOptions> = {}): Promise<HollowNode & { heard: GatewayMessage[] }> {
    const heard: GatewayMessage[] = [];
    const name = options.name ?? 'n1';
    const secret =
      options.joinToken === undefined && options.credential === undefined ? { credential: identities.credential(cluster, name) } : {};
    const node = new HollowNode({ gatewayUrl: url, name, onMessage: (message) => heard.push(message), ...secret, ...options });
    owned.push(node);
    await node.start();
    return Object.assign(node, { heard });
  }

  const podNamed = (name: string, spec: object = {}, node = 'n1'): Pod & KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { nodeName: node, containers: [{ name: 'c', image: 'i' }], ...spec },
    status: { phase: 'Pending', qosClass: 'BestEffort', conditions: [{ type: 'PodScheduled', status: 'True' }] },
  });
  const phaseOf = async (name: string): Promise<string | undefined> => (await client.resource(pods).find('default', name))?.status?.phase;

  it('lets a node join once by a token, registers it and keeps its lease', async () => {
    const { url } = await serve();
    const joinToken = identities.joinToken(cluster);
    const node = await hollow(url, { joinToken });
    await until(
      'the node is registered',
      async () =>
        (await client.resource(nodes).find('', 'n1'))?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
    );
    await until('a heartbeat is acknowledged', () => node.acknowledgedHeartbeat > 0);
    const lease = await client.resource(leases).get('kube-node-lease', 'n1');
    expect(lease.spec).toMatchObject({ holderIdentity: 'n1', leaseDurationSeconds: 40 });
    const another = new HollowNode({ gatewayUrl: url, name: 'n2', joinToken });
    await expect(another.start()).rejects.toMatchObject({ reason: 401 });
    const again = new HollowNode({ gatewayUrl: url, name: 'n1', joinToken: identities.joinToken(cluster) });
    await expect(again.start()).rejects.toMatchObject({ reason: 'NodeNameTaken' });
    const foreign = new HollowNode({ gatewayUrl: url, name: 'other', credential: node.credential });
    await expect(foreign.start()).rejects.toMatchObject({ reason: 'InvalidNode' });
    await expect(
      new HollowNode({ gatewayUrl: url, name: 'n3', credential: newSecretToken('nodeCredential') }).start(),
    ).rejects.toBeInstanceOf(RefusedByGatewayError);
  });

  it('runs the pods that are bound to a node, before and after it came, and lets deleted ones go', async () => {
    const { url } = await serve();
    await client.resource(pods).create(podNamed('early'));
    await client.resource(pods).create(podNamed('elsewhere', {}, 'n9'));
    const node = await hollow(url);
    await client.resource(pods).create(podNamed('late'));
    for (const name of ['early', 'late']) await until(`${name} runs`, async () => (await phaseOf(name)) === 'Running');
    expect(await phaseOf('elsewhere')).toBe('Pending');
    expect([...node.objects.keys()].sort()).toEqual(['Pod/default/early', 'Pod/default/late']);
    const late = await client.resource(pods).get('default', 'late');
    expect(late.status).toMatchObject({ qosClass: 'BestEffort', podIP: expect.stringMatching(/^10\./) });
    await client.resource(pods).delete('default', 'late');
    await until('late is gone', async () => (await client.resource(pods).find('default', 'late')) === undefined);
    await until('the node has forgotten it', () => !node.objects.has('Pod/default/late'));
  });

  it('sends the ConfigMaps and Secrets that pods name, as they come, change and go, and no others', async () => {
    const { url } = await serve();
    const object = (kind: string, name: string, data: object): KubeObject => ({
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace: 'default' },
      data,
    });
    await client.resource(configMaps).create(object('ConfigMap', 'used', { a: '1' }));
    await client.resource(configMaps).create(object('ConfigMap', 'unused', {}));
    await client.resource(pods).create(
      podNamed('p', {
        volumes: [
          { name: 'v', configMap: { name: 'used' } },
          { name: 's', secret: { secretName: 'later' } },
        ],
      }),
    );
    const node = await hollow(url);
    const keys = (): string[] => [...node.objects.keys()].sort();
    await until('the ConfigMap is there', () => node.objects.has('ConfigMap/default/used'));
    expect(keys()).toEqual(['ConfigMap/default/used', 'Pod/default/p']);
    await client.resource(secrets).create(object('Secret', 'later', { k: 'djE=' }));
    await until('the Secret is there', () => node.objects.has('Secret/default/later'));
    await client.resource(secrets).patch('default', 'later', { data: { k: 'djI=' } });
    await until(
      'the Secret has changed',
      () => (node.objects.get('Secret/default/later') as { data?: { k: string } } | undefined)?.data?.k === 'djI=',
    );
    await client.resource(configMaps).delete('default', 'used');
    await until('the ConfigMap is gone', () => !node.objects.has('ConfigMap/default/used'));
    await client.resource(pods).delete('default', 'p');
    await until('all is gone', () => node.objects.size === 0);
  });

  it('refuses reports about pods that are gone or of another uid, and tells whether to repeat them', async () => {
    const { url } = await serve();
    const node = await hollow(url);
    const pod = await client.resource(pods).create(podNamed('p'));
    const key = { namespace: 'default', name: 'p' };
    const say = async (message: AgentMessage & { batch: number }): Promise<GatewayMessage> => {
      node.say(message);
      const isAnswer = (heard: GatewayMessage): boolean => heard.type === 'batchResult' && heard.batch === message.batch;
      await until('the batch is answered', () => node.heard.some(isAnswer));
      return node.heard.find(isAnswer)!;
    };
    const uid = pod.metadata.uid ?? '';
    const statuses = [
      { ...key, uid: 'other', status: {} },
      { ...key, name: 'nobody', uid: 'x', status: {} },
      { ...key, uid, status: { phase: 'Running' } },
    ];
    expect(await say({ type: 'podStatuses', batch: 901, statuses })).toMatchObject({
      refused: [
        { index: 0, reason: 'NotFound', retry: false },
        { index: 1, reason: 'NotFound', retry: false },
      ],
    });
    expect(
      await say({
        type: 'podsGone',
        batch: 902,
        pods: [
          { ...key, uid },
          { ...key, name: 'nobody', uid: 'x' },
        ],
      }),
    ).toMatchObject({ refused: [{ index: 0, reason: 'Conflict' }] });
    const event = {
      metadata: { name: 'p.1', namespace: 'default' },
      involvedObject: { kind: 'Pod', ...key, uid },
      reason: 'Started',
      count: 1,
    };
    expect(await say({ type: 'events', batch: 903, events: [event] })).toMatchObject({ refused: [] });
    expect(await say({ type: 'events', batch: 904, events: [{ ...event, count: 2 }] })).toMatchObject({ refused: [] });
  });

  it('gives a newer session a higher epoch, and makes before it breaks', async () => {
    const { url, gateway } = await serve();
    const node = await hollow(url);
    const first = node.connection!;
    const { epoch } = node;
    await node.reconnect();
    expect(node.epoch).toBeGreaterThan(epoch!);
    expect((await first.closed).code).toBeOneOf([1000, closeCodes.superseded]);
    expect(gateway.sessionCount).toBe(1);
    await client.resource(pods).create(podNamed('after'));
    await until('the pod runs', async () => (await phaseOf('after')) === 'Running');
  });

  it('lets a session at another instance take over: the older is cut and writes nothing any more', async () => {
    const [one, two] = [await serve('g1'), await serve('g2')];
    const credential = identities.credential(cluster, 'n1');
    const older = await hollow(one.url, { credential });
    const connection = older.connection!;
    const pod = await client.resource(pods).create(podNamed('p'));
    await until('the pod runs', async () => (await phaseOf('p')) === 'Running');
    await hollow(two.url, { credential });
    older.say({
      type: 'podStatuses',
      batch: 800,
      statuses: [{ namespace: 'default', name: 'p', uid: pod.metadata.uid ?? '', status: { phase: 'Failed' } }],
    });
    expect((await connection.closed).code).toBe(closeCodes.superseded);
    expect(await phaseOf('p')).toBe('Running');
  });

  it('cuts the sessions of a revoked credential within seconds, and keeps them out', async () => {
    const { url, gateway } = await serve();
    const credential = identities.credential(cluster, 'n1');
    const node = await hollow(url, { credential });
    const { closed } = node.connection!;
    identities.dead.add((await identities.authenticate(credential))!.credentialId);
    expect((await closed).code).toBe(closeCodes.revoked);
    await until('the session is forgotten', () => gateway.sessionCount === 0);
    await expect(new HollowNode({ gatewayUrl: url, name: 'n1', credential }).start()).rejects.toMatchObject({ reason: 401 });
  });

  it('carries streams to the session, from another instance by what the directory says, and says when there is none', async () => {
    const { url, gateway, directory } = await serve();
    await hollow(url);
    const streams = new RoutedStreams({ local: gateway });
    const target = { cluster, node: 'n1', namespace: 'default', pod: 'p', uid: 'u', container: 'c' };
    const process = await streams.exec({ ...target, command: ['hello'], stdin: true, stdout: true, stderr: false, tty: false });
    process.stdin!.end('world');
    expect(await text(process.stdout!)).toBe('n1: hello\nworld');
    expect(await text(await streams.logs(target))).toBe('p/c runs on n1\n');
    const connection = await streams.dial({ cluster, host: '10.0.0.1', port: 80 });
    connection.end('ping');
    expect(await text(connection)).toBe('ping');
    expect(await directory.locate({ cluster, node: 'n1' })).toMatchObject({ instance: 'g1' });
    await expect(streams.logs({ ...target, node: 'n2' })).rejects.toMatchObject({
      reason: 'ServiceUnavailable',
      message: 'node "n2" is not connected',
    });
    await expect(streams.dial({ cluster: newClusterId(), host: 'x', port: 1 })).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
  });

  it('asks its agents to leave when it drains, and they find another instance', async () => {
    const [one, two] = [await serve('g1'), await serve('g2')];
    const node = await hollow(one.url);
    const { closed } = node.connection!;
    const draining = one.gateway.drain();
    await until('the agent was asked', () => node.heard.some(({ type }) => type === 'reconnect'));
    await draining;
    await closed;
    await until('no session is left', () => one.gateway.sessionCount === 0);
    await expect(
      new HollowNode({ gatewayUrl: one.url, name: 'x', credential: identities.credential(cluster, 'x') }).start(),
    ).rejects.toMatchObject({ reason: 503 });
    await hollow(two.url, { name: 'n2' });
  });

  it('comes to what is wanted whatever breaks meanwhile: connections, nodes and gateways', async () => {
    let seed = 20260101;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      return Math.floor((seed / 0x8000_0000) * below);
    };
    const gateways = [await serve('g1'), await serve('g2')];
    const gatewayUrl = (): string => gateways[random(gateways.length)]!.url;
    const names = ['n1', 'n2', 'n3'];
    const fleet = await Promise.all(
      names.map((name) => hollow('', { name, gatewayUrl, credential: identities.credential(cluster, name) })),
    );
    const wanted = new Set<string>();
    let made = 0;
    const steps: (() => Promise<unknown>)[] = [
      ...Array.from({ length: 4 }, () => async () => {
        const name = `p${(made += 1)}`;
        await client.resource(pods).create(podNamed(name, {}, names[random(names.length)]!));
        wanted.add(name);
      }),
      async () => {
        const name = [...wanted][random(wanted.size)];
        if (name === undefined) return;
        await client.resource(pods).delete('default', name, { gracePeriodSeconds: 1 });
        wanted.delete(name);
      },
      async () => fleet[random(fleet.length)]!.connection?.terminate(),
      async () => fleet[random(fleet.length)]!.reconnect().catch(() => undefined),
      async () => {
        const index = random(gateways.length);
        const old = gateways[index]!;
        gateways[index] = await serve(`g${made}-${index}`);
        await old.gateway[Symbol.asyncDispose]();
      },
    ];
    for (let step = 0; step < 80; step += 1) {
      await steps[random(steps.length)]!();
      await new Promise((resolve) => setTimeout(resolve, random(15)));
    }
    const state = async (): Promise<string[]> =>
      (await client.resource(pods).list('default')).items.map(({ metadata, status }) => `${metadata.name} ${status?.phase}`).toSorted();
    const expected = [...wanted].map((name) => `${name} Running`).toSorted();
    await until('all pods are as they should be', async () => JSON.stringify(await state()) === JSON.stringify(expected), 20_000);
    expect(await state()).toEqual(expected);
    const held = fleet.flatMap(({ objects }) => [...objects.keys()]).toSorted();
    expect(held).toEqual([...wanted].map((name) => `Pod/default/${name}`).toSorted());
  });

  it('ends a connection that says nothing it may say', async () => {
    const { url } = await serve();
    const node = await hollow(url);
    const { closed } = node.connection!;
    node.say({ type: 'podStatuses', batch: 1, statuses: [] });
    expect((await closed).code).toBe(1008);
  });
});
