import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { StatusError, newClusterId } from '@kajitori/apimachinery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LocalNode } from '../serve/local-node.testing.ts';
import { MultiplexError, decodeFrame, encodeFrame, type MultiplexFrame } from './frames.ts';
import { behindMultiplexer, multiplexerPair } from './multiplexed-pair.testing.ts';
import { windowBytes } from './multiplexed-stream.ts';
import { Multiplexer } from './multiplexer.ts';

const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));
const id = fc.integer({ min: 0, max: 0xffff_ffff });
const channel = fc.integer({ min: 0, max: 255 });
const anyFrame: fc.Arbitrary<MultiplexFrame> = fc.oneof(
  fc.record({ type: fc.constantFrom('open' as const, 'refuse' as const, 'note' as const), id, body: bytes }),
  fc.record({ type: fc.constantFrom('accept' as const, 'reset' as const), id }),
  fc.record({ type: fc.constant('data' as const), id, channel, bytes }),
  fc.record({ type: fc.constant('end' as const), id, channel }),
  fc.record({ type: fc.constant('credit' as const), id, channel, byteCount: id }),
);

describe('frames', () => {
  it('come out as they went in', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
      }),
    );
  });

  it('garbage is refused, and never more than that', () => {
    const sink = (): Multiplexer =>
      new Multiplexer({ role: 'acceptor', send: (_message, sent) => sent(), accept: async () => () => undefined });
    fc.assert(
      fc.property(fc.array(fc.oneof(bytes, anyFrame.map(encodeFrame)), { maxLength: 10 }), (messages) => {
        const multiplexer = sink();
        let failure: unknown;
        try {
          for (const message of messages) multiplexer.receive(message);
        } catch (error) {
          failure = error;
        }
        expect(failure === undefined || failure instanceof MultiplexError).toBe(true);
        multiplexer.close();
      }),
      { numRuns: 500 },
    );
  });
});

describe('a multiplexed connection', () => {
  it('carries channels both ways at once, whole and in order', async () => {
    const { dialer, deepest } = multiplexerPair(async () => (stream) => void stream.channel(0).pipe(stream.channel(0)));
    const bodies = Array.from({ length: 12 }, (_, index) => Buffer.alloc(900_000 + index, index));
    const echoes = await Promise.all(
      bodies.map(async (body) => {
        const stream = await dialer.open({ kind: 'echo' });
        const line = stream.channel(0);
        line.end(body);
        const echo = await buffer(line);
        stream.destroy();
        return echo;
      }),
    );
    for (const [index, echo] of echoes.entries()) expect(echo.equals(bodies[index]!)).toBe(true);
    expect(dialer.streamCount).toBe(0);
    // One message a channel, and small ones beside it: nothing piles up on the connection.
    expect(deepest()).toBeLessThan(12 * 4);
  });

  it('lets a slow reader cost one window and stall nobody', async () => {
    let sent = 0;
    const { dialer } = multiplexerPair(async (request) => (stream) => {
      const out = stream.channel(0);
      if ((request as { kind: string }).kind === 'fast') return void out.end('done');
      const write = (): void => void out.write(Buffer.alloc(10_000), (error) => void (error ?? ((sent += 10_000), write())));
      write();
    });
    const slow = await dialer.open({ kind: 'slow' });
    slow.channel(0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(sent).toBeLessThanOrEqual(windowBytes);
    expect(await text((await dialer.open({ kind: 'fast' })).channel(0))).toBe('done');
    slow.destroy();
  });

  it('refuses with the status that was thrown', async () => {
    const { dialer } = multiplexerPair(async () => {
      throw new StatusError('NotFound', 'no such container', { details: { name: 'c' } });
    });
    const error = await dialer.open({}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'NotFound', code: 404, message: 'no such container', details: { name: 'c' } });
    expect(dialer.streamCount).toBe(0);
  });

  it('gives up an opening with its caller, and lets the other side know', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const { dialer, acceptor } = multiplexerPair(async (_request, signal) => {
      asked.resolve(signal);
      await once(signal, 'abort');
      return () => undefined;
    });
    const leaving = new AbortController();
    const opening = dialer.open({}, leaving.signal).catch((error: unknown) => error);
    const signal = await asked.promise;
    leaving.abort();
    expect(await opening).toMatchObject({ reason: 'Timeout' });
    if (!signal.aborted) await once(signal, 'abort');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(acceptor.streamCount).toBe(0);
  });

  it('cuts every stream when the connection is gone', async () => {
    const { dialer } = multiplexerPair(async () => () => undefined);
    const stream = await dialer.open({});
    const reading = buffer(stream.channel(0));
    dialer.close();
    await expect(reading).rejects.toThrow('cut');
    await expect(dialer.open({})).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
  });
});

describe('node streams over a connection', () => {
  const pod = { cluster: newClusterId(), node: 'n1', namespace: 'default', pod: 'p', uid: 'u' };
  const exec = { ...pod, container: 'c', stdin: true, stdout: true, stderr: true, tty: false };

  it('run a process and tell its end after its output', async () => {
    const process = await behindMultiplexer(new LocalNode()).exec({ ...exec, command: ['sh', '-c', 'cat; echo oops >&2; exit 3'] });
    process.stdin!.end(Buffer.alloc(1_000_000, 'y'));
    const [out, err, status] = await Promise.all([buffer(process.stdout!), text(process.stderr!), process.status]);
    expect([out.length, err, status.details?.causes?.[0]?.message]).toEqual([1_000_000, 'oops\n', '3']);
    process.destroy();
  });

  it('end a process when its client lets go', async () => {
    const node = new LocalNode();
    const process = await behindMultiplexer(node).exec({ ...exec, command: ['sleep', '1000'] });
    process.destroy();
    await once(node.children[0]!, 'exit');
    expect((await process.status).status).toBe('Failure');
  });

  it('pass on half-closed connections, logs and refusals', async () => {
    const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    await once(echo.listen(0, '127.0.0.1'), 'listening');
    const node = behindMultiplexer(new LocalNode());
    const connection = await node.portForward({ ...pod, port: (echo.address() as AddressInfo).port });
    connection.end('hello');
    expect(await text(connection)).toBe('hello');
    echo.close();
    expect(await text(await node.logs({ ...pod, container: 'c' }))).toBe('a line\n');
    await expect(node.portForward({ ...pod, port: 1 })).rejects.toMatchObject({ message: 'nothing listens on port 1' });
  });
});
