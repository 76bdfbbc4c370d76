import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { behindMultiplexer } from '../multiplex/multiplexed-pair.testing.ts';
import { LocalNode } from './local-node.testing.ts';
import { type UpgradeServer, upgradeServer } from './upgrade-server.testing.ts';

const program = process.env.KUBECTL ?? 'kubectl';
let server: UpgradeServer;
const node = new LocalNode();
beforeAll(async () => {
  server = await upgradeServer(behindMultiplexer(node));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function kubectl(env: Record<string, string>, ...args: string[]): ChildProcess {
  return spawn(program, ['--server', `http://127.0.0.1:${server.port}`, '--kubeconfig', '/dev/null', ...args], {
    env: { ...process.env, ...env, HOME: '/nonexistent' },
    stdio: 'pipe',
  });
}

async function run(env: Record<string, string>, args: string[], input?: Buffer): Promise<{ code: number; out: Buffer; err: string }> {
  const child = kubectl(env, ...args);
  child.stdin!.on('error', () => undefined);
  child.stdin!.end(input ?? '');
  const [out, err, [code]] = await Promise.all([buffer(child.stdout!), text(child.stderr!), once(child, 'exit')]);
  return { code: code as number, out, err };
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.each([
  ['WebSocket', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'true', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'true' }],
  ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
])('kubectl over %s', (_name, env) => {
  it('runs a command and tells its exit code, stdout and stderr', async () => {
    const { code, out, err } = await run(env, ['exec', 'p', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(out.toString()).toBe('out\n');
    expect(err).toBe('err\ncommand terminated with exit code 7\n');
    expect(code).toBe(7);
    expect((await run(env, ['exec', 'p', '--', 'true'])).code).toBe(0);
  });

  it('carries megabytes in and out unchanged', async () => {
    const input = Buffer.alloc(5_000_000, 'kajitori\n\0');
    const { out, code, err } = await run(env, ['exec', '-i', 'p', '--', 'cat'], input);
    expect(err).toBe('');
    expect(hash(out)).toBe(hash(input));
    expect(code).toBe(0);
  });

  it('attaches', async () => {
    const { out, code } = await run(env, ['attach', '-i', 'p'], Buffer.from('hello'));
    expect(out.toString()).toBe('hello');
    expect(code).toBe(0);
  });

  it('says why a node cannot be reached', async () => {
    const { code, err } = await run(env, ['exec', 'unreachable', '--', 'true']);
    expect(err).toContain('node "n1" is not connected');
    expect(code).toBe(1);
  });

  it('ends the process when the client is killed', async () => {
    const child = kubectl(env, 'exec', 'p', '--', 'sh', '-c', 'echo up; exec sleep 1000');
    await once(child.stdout!, 'data');
    const process = node.children.at(-1)!;
    child.kill('SIGKILL');
    await once(process, 'exit');
    expect(process.signalCode).toBe('SIGKILL');
  });

  it('forwards many connections, with half-closed ends and refused ports', async () => {
    const web = createServer((request, response) => response.end(`you asked ${request.url} ${'x'.repeat(100_000)}`));
    const echo = createTcpServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    web.listen(0, '127.0.0.1');
    echo.listen(0, '127.0.0.1');
    await Promise.all([once(web, 'listening'), once(echo, 'listening')]);
    const [webPort, echoPort] = [web, echo].map((each) => (each.address() as AddressInfo).port);
    const child = kubectl(env, 'port-forward', 'pod/p', `:${webPort}`, `:${echoPort}`, ':1');
    const errors: string[] = [];
    child.stderr!.on('data', (bytes: Buffer) => errors.push(bytes.toString()));
    const local = new Map<number, number>();
    const listening = Promise.withResolvers<void>();
    child.stdout!.on('data', (bytes: Buffer) => {
      for (const [, from, to] of bytes.toString().matchAll(/127\.0\.0\.1:(\d+) -> (\d+)/g)) local.set(Number(to), Number(from));
      if (local.size === 3) listening.resolve();
    });
    await listening.promise;
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        fetch(`http://127.0.0.1:${local.get(webPort!)}/${index}`, { headers: { connection: 'close' } }).then((answer) => answer.text()),
      ),
    );
    for (const [index, page] of pages.entries()) expect(page).toBe(`you asked /${index} ${'x'.repeat(100_000)}`);
    const socket = connect({ port: local.get(echoPort!)!, host: '127.0.0.1', allowHalfOpen: true });
    const body = Buffer.alloc(700_000, 'z');
    socket.end(body);
    expect((await buffer(socket)).equals(body)).toBe(true);
    const refused = connect({ port: local.get(1)!, host: '127.0.0.1' });
    refused.on('error', () => undefined);
    refused.write('x');
    refused.resume();
    await once(refused, 'close');
    expect(errors.join('')).toContain('error forwarding port 1 to pod p, uid u: nothing listens on port 1');
    child.kill();
    web.close();
    echo.close();
  });
});
