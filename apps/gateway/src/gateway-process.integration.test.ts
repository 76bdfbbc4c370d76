import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { setUpFirstOrganization, systemActor } from '@kajitori/accounts';
import { closeCodes } from '@kajitori/agent-protocol';
import { type ClusterId, systemClock } from '@kajitori/apimachinery';
import { type ControlPlane, openControlPlane } from '@kajitori/control-plane';
import { PostgresSessionDirectory, RoutedStreams } from '@kajitori/gateway';
import { nodes, pods } from '@kajitori/kinds';
import { readMasterKey } from '@kajitori/server-process';
import { HollowNode } from '@kajitori/sim';
import { channelNumber, relayKey, RelayPool } from '@kajitori/streams';
import { silentLogger } from '@kajitori/telemetry';
import { testDatabase, testRedis } from '@kajitori/testing';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';

const owns = new AsyncDisposableStack();
let control: ControlPlane;
let environment: Record<string, string>;
let cluster: ClusterId;
let organizationId: Parameters<ControlPlane['accounts']['joinTokens']['create']>[1]['organizationId'];
let caCertificates: string;

beforeAll(async () => {
  const database = owns.use(await testDatabase());
  const redis = owns.use(await testRedis());
  const directory = await mkdtemp(join(tmpdir(), 'kajitori-gateway-'));
  owns.defer(() => rm(directory, { recursive: true }));
  const masterKeyFile = join(directory, 'master.key');
  writeFileSync(masterKeyFile, randomBytes(32), { mode: 0o600 });
  environment = {
    DATABASE_URL: database.appUrl,
    REDIS_URL: redis.url,
    MASTER_KEY_FILE: masterKeyFile,
    PUBLIC_URL: 'https://127.0.0.1:6443',
    GATEWAY_URL: 'wss://127.0.0.1:6444',
    LISTEN_HOST: '127.0.0.1',
  };
  control = openControlPlane({ ...environment, LOG_LEVEL: 'silent' } as Parameters<typeof openControlPlane>[0], silentLogger, owns);
  const first = await setUpFirstOrganization(control.accounts, {
    email: 'a@example.com',
    password: 'correct horse battery staple',
    organizationName: 'a',
    clusterName: 'local',
  });
  cluster = first.cluster.id;
  organizationId = first.cluster.organizationId;
  caCertificates = await control.accounts.certificates.servingAuthority();
});
afterAll(() => owns.disposeAsync());

interface GatewayProcess {
  child: ChildProcess;
  port: number;
}

async function startGateway(port = 0): Promise<GatewayProcess> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...environment, LISTEN_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  owns.defer(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { msg: string; port?: number };
    if (entry.msg === 'listening') {
      child.stdout.resume();
      return { child, port: entry.port! };
    }
  }
  throw new Error('the gateway ended before it listened');
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it('serves a node from its join to its revocation, through its own death', async () => {
  const api = control.clientAs(cluster, { name: 'admin', groups: ['system:masters', 'system:authenticated'] });
  const runPod = async (name: string): Promise<void> => {
    await api.resource(pods).create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    });
    await until(`${name} runs`, async () => (await api.resource(pods).find('default', name))?.status?.phase === 'Running');
  };

  const { child, port } = await startGateway();
  const { token } = await control.accounts.joinTokens.create(systemActor('test'), { organizationId, clusterId: cluster });
  const node = owns.use(new HollowNode({ name: 'n1', gatewayUrl: `wss://127.0.0.1:${port}`, caCertificates, joinToken: token }));
  await node.start();
  const isReady = async (): Promise<boolean> =>
    (await api.resource(nodes).get('', 'n1')).status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ===
    true;
  await until('the node is ready', async () => (await api.resource(nodes).find('', 'n1')) !== undefined && isReady());
  // Somebody who saw an old lease takes it for silent: the next heartbeat sets that right, though the node has no news.
  const taken = await api.resource(nodes).get('', 'n1');
  const conditions = taken.status?.conditions?.map((one) => ({ ...one, status: 'Unknown' as const }));
  await api.resource(nodes).updateStatus({ ...taken, status: { ...taken.status, conditions } });
  expect(await isReady()).toBe(false);
  await until('the node is ready again', isReady);
  await runPod('before');

  // From another process, by what the directory says.
  const sql = postgres(environment['DATABASE_URL']!, { max: 1, onnotice: () => undefined });
  owns.defer(() => sql.end());
  const relays = owns.use(
    new RelayPool({ key: relayKey(readMasterKey(environment['MASTER_KEY_FILE']!)), clock: systemClock, caCertificates }),
  );
  const streams = new RoutedStreams({ remote: { directory: new PostgresSessionDirectory(sql), relays, instance: 'test' } });
  const target = { cluster, node: 'n1', namespace: 'default', pod: 'before', uid: 'u', container: 'c' };
  const running = await streams.exec({ ...target, command: ['hello'], stdin: true, stdout: true, stderr: false, tty: false });
  running.stdin!.end('world');
  expect(await text(running.stdout!)).toBe('n1: hello\nworld');
  expect((await running.status).status).toBe('Success');

  // A pod's way to its own cluster's API: raw TCP through the session, TLS with the cluster's certificate.
  const stream = await node.connection!.multiplexer.open({ kind: 'apiServer' });
  const inside = connect({
    socket: stream.channel(channelNumber.connection),
    ca: caCertificates,
    servername: 'kubernetes.default.svc',
    ALPNProtocols: ['http/1.1'],
  });
  await once(inside, 'secureConnect');
  inside.end('GET /version HTTP/1.1\r\nHost: kubernetes.default.svc\r\nConnection: close\r\n\r\n');
  expect(await text(inside)).toMatch(/^HTTP\/1\.1 (200|401)/);

  const { epoch } = node;
  child.kill('SIGKILL');
  await once(child, 'exit');
  const again = await startGateway(port);
  await until('the node is back', () => (node.epoch ?? 0) > epoch!);
  await runPod('after');

  const { closed } = node.connection!;
  await control.accounts.nodeIdentity.revoke(systemActor('test'), organizationId, cluster, 'n1');
  const revokedAt = performance.now();
  expect((await closed).code).toBe(closeCodes.revoked);
  expect(performance.now() - revokedAt).toBeLessThan(5_000);

  again.child.kill('SIGTERM');
  const [code] = (await once(again.child, 'exit')) as [number | null];
  expect(code).toBe(0);
});
