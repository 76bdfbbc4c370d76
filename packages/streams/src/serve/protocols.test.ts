import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { spdyHeaders } from '../spdy/header-block.ts';
import { SpdySession } from '../spdy/session.ts';
import { LocalNode } from './local-node.testing.ts';
import { TerminalSizes } from './terminal-sizes.ts';
import { type UpgradeServer, upgradeServer } from './upgrade-server.testing.ts';

let server: UpgradeServer;
const node = new LocalNode();
beforeAll(async () => {
  server = await upgradeServer(node);
});
afterAll(() => server[Symbol.asyncDispose]());

const pod = '/api/v1/namespaces/default/pods/p';
const script = (lines: string): string => `command=sh&command=-c&command=${encodeURIComponent(lines)}`;

interface Talk {
  protocol: string;
  /** What came on each channel, joined. */
  channels: Map<number, string>;
}

/** Sends messages, each a channel and text, and collects what comes until the server closes. */
async function talk(path: string, protocols: string[], messages: [number, string][] = []): Promise<Talk> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols);
  const channels = new Map<number, string>();
  const base64 = (): boolean => socket.protocol.includes('base64');
  socket.on('message', (data: Buffer, isBinary) => {
    expect(isBinary).toBe(!base64());
    const channel = base64() ? data[0]! - 0x30 : data[0]!;
    const bytes = base64() ? Buffer.from(data.toString('latin1', 1), 'base64') : data.subarray(1);
    channels.set(channel, (channels.get(channel) ?? '') + bytes.toString('latin1'));
  });
  const closed = once(socket, 'close');
  await once(socket, 'open');
  for (const [channel, body] of messages) {
    socket.send(
      base64()
        ? String.fromCharCode(0x30 + channel) + Buffer.from(body, 'latin1').toString('base64')
        : Buffer.concat([Buffer.from([channel]), Buffer.from(body, 'latin1')]),
    );
  }
  expect((await closed)[0]).toBe(1000);
  return { protocol: socket.protocol, channels };
}

const failure = { status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '5' }] } };

describe('exec over WebSocket', () => {
  const path = `${pod}/exec?stdout=1&stderr=true&${script('echo out; echo err >&2; exit 5')}`;

  it.each([[['v5.channel.k8s.io']], [['v4.channel.k8s.io']], [['v4.base64.channel.k8s.io']]])(
    'tells the outcome as JSON with %s',
    async (protocols) => {
      const { protocol, channels } = await talk(path, protocols);
      expect([protocol, channels.get(1), channels.get(2)]).toEqual([protocols[0], 'out\n', 'err\n']);
      expect(JSON.parse(channels.get(3)!)).toMatchObject(failure);
    },
  );

  it.each([[[]], [['channel.k8s.io']], [['base64.channel.k8s.io']]])('tells it as text with %j', async (protocols: string[]) => {
    const { channels } = await talk(path, protocols);
    expect([channels.get(1), channels.get(2), channels.get(3)]).toEqual([
      'out\n',
      'err\n',
      'command terminated with non-zero exit code: exit status 5',
    ]);
  });

  it("takes the client's first protocol that is known", async () => {
    expect(
      (await talk(path, ['base64url.bearer.authorization.k8s.io.abc', 'v9.channel.k8s.io', 'v4.channel.k8s.io', 'v5.channel.k8s.io']))
        .protocol,
    ).toBe('v4.channel.k8s.io');
  });

  it('closes standard input when v5 says so', async () => {
    const { channels } = await talk(
      `${pod}/exec?stdin=1&stdout=1&command=cat`,
      ['v5.channel.k8s.io'],
      [
        [0, 'hello'],
        [255, '\0'],
      ],
    );
    expect(channels.get(1)).toBe('hello');
    expect(JSON.parse(channels.get(3)!)).toMatchObject({ status: 'Success' });
  });

  it('passes on the size of a terminal', async () => {
    node.resizes.length = 0;
    await talk(
      `${pod}/exec?stdout=1&tty=1&${script('sleep 0.2')}`,
      ['v4.channel.k8s.io'],
      [
        [4, '{"Width":80,"Height":24}\n'],
        [4, '{"Width":1'],
        [4, '00,"Height":50}'],
      ],
    );
    expect(node.resizes).toEqual([
      { width: 80, height: 24 },
      { width: 100, height: 50 },
    ]);
  });

  it('refuses in HTTP what it cannot serve', async () => {
    const refused = async (asked: string, protocols: string[]): Promise<unknown> => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${asked}`, protocols);
      socket.on('error', () => undefined);
      const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
      const body = JSON.parse(await text(answer)) as object;
      socket.terminate();
      return body;
    };
    expect(await refused(path, ['v9.channel.k8s.io'])).toMatchObject({ kind: 'Status', code: 400 });
    expect(await refused(`${pod}/exec?command=ls`, ['v4.channel.k8s.io'])).toMatchObject({
      code: 400,
      message: 'you must specify at least 1 of stdin, stdout, stderr',
    });
    expect(await refused(path.replace('pods/p/', 'pods/unreachable/'), ['v4.channel.k8s.io'])).toMatchObject({
      code: 503,
      message: 'node "n1" is not connected',
    });
  });
});

it('port-forward over channels starts with the ports and tells errors beside the data', async () => {
  const greeter = createServer((socket) => socket.end('welcome'));
  await once(greeter.listen(0, '127.0.0.1'), 'listening');
  const { port } = greeter.address() as AddressInfo;
  const { channels } = await talk(`${pod}/portforward?ports=${port},1`, ['v4.channel.k8s.io']);
  greeter.close();
  const prefix = (number: number): string => String.fromCharCode(number & 0xff, number >> 8);
  expect(channels.get(0)).toBe(`${prefix(port)}welcome`);
  expect(channels.get(1)).toBe(prefix(port));
  expect(channels.get(3)).toBe(`${prefix(1)}error forwarding port 1 to pod p, uid u: nothing listens on port 1`);
});

async function upgradeSpdy(path: string, versions: string[]): Promise<{ socket: Duplex; version: string | undefined }> {
  const request = httpRequest({
    port: server.port,
    method: 'POST',
    path,
    headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', ...(versions.length === 0 ? {} : { 'x-stream-protocol-version': versions }) },
  });
  request.end();
  const [answer, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Duplex];
  return { socket, version: answer.headers['x-stream-protocol-version'] as string | undefined };
}

describe('exec over SPDY', () => {
  it.each([
    [['v4.channel.k8s.io', 'v3.channel.k8s.io'], 'v4.channel.k8s.io', /^\{.*"reason":"NonZeroExitCode".*"message":"5".*\}$/],
    [['v9.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'], 'v2.channel.k8s.io', /exit status 5$/],
    [[], undefined, /exit status 5$/],
  ])('offers %j, gets %s', async (offered, chosen, told) => {
    const { socket, version } = await upgradeSpdy(`${pod}/exec?stdin=1&stdout=1&stderr=1&${script('cat; echo err >&2; exit 5')}`, offered);
    expect(version).toBe(chosen);
    const session = new SpdySession(socket, { role: 'client' });
    const [error, stdin, stdout, stderr] = ['error', 'stdin', 'stdout', 'stderr'].map((streamType) =>
      session.open(spdyHeaders({ streamType })),
    );
    stdin!.end('in');
    for (const stream of [error, stdout, stderr]) stream!.end();
    expect([await text(stdout!), await text(stderr!)]).toEqual(['in', 'err\n']);
    expect(await text(error!)).toMatch(told);
    await session.close();
  });

  it('refuses protocols that it does not speak, and says which it does', async () => {
    const request = httpRequest({
      port: server.port,
      method: 'POST',
      path: `${pod}/exec?stdout=1&command=ls`,
      headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v9' },
    });
    request.end();
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(403);
    expect(answer.headers['x-accepted-stream-protocol-versions']).toContain('v4.channel.k8s.io');
    expect((await buffer(answer)).length).toBeGreaterThan(0);
  });
});

it('reads terminal sizes however they are cut, and passes over what is none', () => {
  const sizes = new TerminalSizes();
  const feed = (...parts: string[]): unknown[] => parts.flatMap((part) => Array.from(sizes.push(Buffer.from(part))));
  expect(feed('{"Width":1,"Height":2}{"Width":3,', '"Height":4}\n')).toEqual([
    { width: 1, height: 2 },
    { width: 3, height: 4 },
  ]);
  expect(feed('garbage}', '{"Width":-1,"Height":2}', 'x'.repeat(5000), '{"Width":5,"Height":6}')).toEqual([{ width: 5, height: 6 }]);
});
