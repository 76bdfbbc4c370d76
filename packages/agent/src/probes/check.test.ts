import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RunInContainer, check } from './check.ts';
import { ProbeCounter } from './probe-counter.ts';

function listen(server: Server): Promise<number> {
  onTestFinished(() => void server.close());
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

const target = (port: number, run: RunInContainer = () => Promise.resolve({ exitCode: 0, output: '' })) => ({
  container: { name: 'app', ports: [{ name: 'web', containerPort: port }] },
  podIp: '127.0.0.1',
  run,
});

describe('a check', () => {
  it('by HTTP succeeds from 200 to 399 and sends the headers it was given', async () => {
    const seen: (string | undefined)[] = [];
    const port = await listen(
      createServer((request, response) => {
        seen.push(request.url, String(request.headers['x-a']), request.headers['user-agent']);
        response.writeHead(Number(request.url?.slice(1))).end('body');
      }),
    );
    const get = (path: string) => check({ httpGet: { path, port: 'web', httpHeaders: [{ name: 'X-A', value: '1' }] } }, target(port));
    expect(await get('/200')).toEqual({ outcome: 'success' });
    expect(await get('399')).toEqual({ outcome: 'success' });
    expect(await get('/503')).toEqual({ outcome: 'failure', output: 'HTTP probe failed with statuscode: 503' });
    expect(seen.slice(0, 3)).toEqual(['/200', '1', 'kube-probe/1.36']);
  });

  it('by HTTP fails when nobody listens or nobody answers', async () => {
    const silent = await listen(createServer(() => undefined));
    expect(await check({ httpGet: { port: silent }, timeoutSeconds: 0.05 }, target(silent))).toMatchObject({
      output: expect.stringContaining('context deadline exceeded'),
    });
    expect(await check({ httpGet: { port: 1 } }, target(1))).toEqual({
      outcome: 'failure',
      output: 'Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused',
    });
  });

  it('by TCP', async () => {
    const port = await listen(createServer());
    expect(await check({ tcpSocket: { port } }, target(port))).toEqual({ outcome: 'success' });
    expect(await check({ tcpSocket: { port: 1 } }, target(1))).toEqual({
      outcome: 'failure',
      output: 'dial tcp 127.0.0.1:1: connect: connection refused',
    });
    expect(await check({ tcpSocket: { port: 'none' } }, target(1))).toEqual({ outcome: 'unknown', output: 'invalid port number: none' });
  });

  it('by a command', async () => {
    const run = (exitCode: number | undefined) => () => Promise.resolve({ exitCode, output: 'no\n' });
    const exec = { exec: { command: ['test', '-f', '/x'] } };
    expect(await check(exec, target(1, run(0)))).toEqual({ outcome: 'success' });
    expect(await check(exec, target(1, run(1)))).toEqual({ outcome: 'failure', output: 'no\n' });
    expect(await check(exec, target(1, run(undefined)))).toMatchObject({
      outcome: 'failure',
      output: expect.stringContaining('timed out after 1s'),
    });
    expect(
      await check(
        exec,
        target(1, () => Promise.reject(new Error('gone'))),
      ),
    ).toEqual({ outcome: 'unknown', output: 'gone' });
  });

  it('by gRPC', async () => {
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const service = Buffer.concat(chunks).subarray(7).toString();
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () =>
          stream.sendTrailers({ 'grpc-status': headers[':path'] === '/grpc.health.v1.Health/Check' ? '0' : '12' }),
        );
        stream.end(Buffer.from([0, 0, 0, 0, 2, 8, service === 'sick' ? 2 : 1]));
      });
    });
    const port = await listen(server);
    expect(await check({ grpc: { port } }, target(port))).toEqual({ outcome: 'success' });
    expect(await check({ grpc: { port, service: 'sick' } }, target(port))).toEqual({
      outcome: 'failure',
      output: 'service unhealthy (responded with "NOT_SERVING")',
    });
  });
});

describe('a count', () => {
  it('means something at its threshold, and what is unknown means nothing', () => {
    const counter = new ProbeCounter({ failureThreshold: 2, successThreshold: 2 });
    const yes = { outcome: 'success' } as const;
    const no = { outcome: 'failure', output: '' } as const;
    const unknown = { outcome: 'unknown', output: '' } as const;
    expect([no, unknown, no, yes, no, yes, yes, yes].map((one) => counter.add(one))).toEqual([
      undefined,
      undefined,
      'failure',
      undefined,
      undefined,
      undefined,
      'success',
      'success',
    ]);
  });
});
