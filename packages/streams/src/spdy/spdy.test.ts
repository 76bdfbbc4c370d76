import { Duplex, PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createDeflate, constants } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spdyDictionary, spdyDictionaryId } from './dictionary.ts';
import { FrameDecoder, FrameEncoder, type SpdyFrame, maxControlFrameBytes } from './frames.ts';
import { HeaderCompressor, HeaderDecompressor, spdyHeaders } from './header-block.ts';
import { SpdySession, maxUnreadBytes } from './session.ts';
import { SpdyError } from './spdy-error.ts';
import type { SpdyStream } from './stream.ts';

/** Two ends of a transport in memory that keeps at most a highWaterMark in flight. */
function transportPair(): [Duplex, Duplex] {
  const [there, back] = [new PassThrough({ highWaterMark: 16_384 }), new PassThrough({ highWaterMark: 16_384 })];
  const end = (readable: PassThrough, writable: PassThrough): Duplex => Duplex.from({ readable, writable }).on('error', () => undefined);
  return [end(back, there), end(there, back)];
}

function sessionPair(onStream: (stream: SpdyStream) => void): { client: SpdySession; server: SpdySession } {
  const [left, right] = transportPair();
  return { client: new SpdySession(left, { role: 'client' }), server: new SpdySession(right, { role: 'server', onStream }) };
}

/** Header blocks as every other implementation makes them: one deflater a direction, primed with the dictionary, flushed after each block. */
async function deflateBlocks(blocks: Buffer[]): Promise<Buffer[]> {
  const deflate = createDeflate({ dictionary: spdyDictionary });
  const out: Buffer[] = [];
  let parts: Buffer[] = [];
  deflate.on('data', (part: Buffer) => parts.push(part));
  for (const block of blocks) {
    deflate.write(block);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    out.push(Buffer.concat(parts));
    parts = [];
  }
  return out;
}

function pairs(entries: [string, string][]): Buffer {
  const number = (value: number): Buffer => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
  return Buffer.concat([number(entries.length), ...entries.flat().flatMap((text) => [number(Buffer.byteLength(text)), Buffer.from(text)])]);
}

describe('header blocks', () => {
  it('uses the dictionary of SPDY/3', () => {
    let [a, b] = [1, 0];
    for (const byte of spdyDictionary) {
      a = (a + byte) % 65_521;
      b = (b + a) % 65_521;
    }
    expect(((b << 16) | a) >>> 0).toBe(spdyDictionaryId);
    expect(spdyDictionary).toHaveLength(1423);
  });

  it('reads a shared window over many blocks', async () => {
    const decompressor = new HeaderDecompressor();
    const wanted = Array.from({ length: 200 }, (_, index): [string, string][] => [
      ['streamtype', index % 2 === 0 ? 'data' : 'error'],
      ['port', '8080'],
      ['requestid', `${index} ${'x'.repeat(index * 3)}`],
    ]);
    const blocks = await deflateBlocks(wanted.map(pairs));
    expect(blocks[0]!.subarray(0, 6).toString('hex')).toBe('78bbe3c6a7c2');
    for (const [index, block] of blocks.entries()) {
      expect(decompressor.decode(block)).toEqual(new Map(wanted[index]!.map(([name, value]) => [name, [value]])));
    }
  });

  it('refuses a bomb without inflating it', async () => {
    const [block] = await deflateBlocks([Buffer.alloc(40 * 1024 * 1024)]);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => new HeaderDecompressor().decode(block!)).toThrow(SpdyError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  it('round-trips whatever headers', () => {
    const name = fc.stringMatching(/^[a-z0-9:-]{1,20}$/);
    const headers = fc.uniqueArray(fc.tuple(name, fc.array(fc.stringMatching(/^[ -~é]{0,40}$/), { minLength: 1, maxLength: 3 })), {
      selector: ([key]) => key,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(headers, { minLength: 1, maxLength: 6 }), (blocks) => {
        const [compressor, decompressor] = [new HeaderCompressor(), new HeaderDecompressor()];
        for (const block of blocks) expect(decompressor.decode(compressor.encode(new Map(block)))).toEqual(new Map(block));
      }),
      { numRuns: 100 },
    );
  });
});

const id = fc.integer({ min: 1, max: 0x7fff_ffff });
const bit = fc.boolean();
const anyHeaders = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[ -~]{0,20}$/), { maxKeys: 5 }).map(spdyHeaders);
const anyFrame: fc.Arbitrary<SpdyFrame> = fc.oneof(
  fc.record({
    type: fc.constant('synStream' as const),
    streamId: id,
    associatedId: fc.constant(0),
    priority: fc.integer({ min: 0, max: 7 }),
    headers: anyHeaders,
    fin: bit,
    unidirectional: bit,
  }),
  fc.record({ type: fc.constantFrom('synReply' as const, 'headers' as const), streamId: id, headers: anyHeaders, fin: bit }),
  fc.record({ type: fc.constant('rstStream' as const), streamId: id, status: id }),
  fc.record({ type: fc.constant('ping' as const), id }),
  fc.record({ type: fc.constant('goAway' as const), lastStreamId: id, status: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ type: fc.constant('windowUpdate' as const), streamId: id, delta: id }),
  fc.record({
    type: fc.constant('settings' as const),
    entries: fc.array(fc.record({ id: fc.integer({ min: 1, max: 8 }), flags: fc.integer({ min: 0, max: 3 }), value: id }), {
      maxLength: 8,
    }),
  }),
  fc.record({
    type: fc.constant('data' as const),
    streamId: id,
    data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fin: bit,
  }),
);

function* chopped(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Joins the pieces that a data frame arrives in. */
function joinData(frames: SpdyFrame[]): SpdyFrame[] {
  const out: SpdyFrame[] = [];
  for (const frame of frames) {
    const last = out.at(-1);
    if (frame.type === 'data' && last?.type === 'data' && last.streamId === frame.streamId && !last.fin) {
      out[out.length - 1] = { ...frame, data: Buffer.concat([last.data, frame.data]) };
    } else out.push(frame);
  }
  return out;
}

describe('frames', () => {
  it('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 8 }),
        (frames, sizes) => {
          const [encoder, decoder] = [new FrameEncoder(), new FrameDecoder()];
          const bytes = Buffer.concat(frames.flatMap((frame) => encoder.encode(frame)));
          const seen = [...chopped(bytes, sizes)].flatMap((chunk) => Array.from(decoder.push(chunk)));
          expect(joinData(seen)).toEqual(joinData(frames));
          expect(decoder.bufferedBytes).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('survive garbage with bounded memory: frames, or a SpdyError', () => {
    const valid = fc.array(anyFrame, { maxLength: 4 }).map((frames) => {
      const encoder = new FrameEncoder();
      return Buffer.concat(frames.flatMap((frame) => encoder.encode(frame)));
    });
    fc.assert(
      fc.property(valid, fc.uint8Array({ maxLength: 400 }), fc.nat(), (bytes, garbage, at) => {
        const mixed = Buffer.concat([bytes.subarray(0, at % (bytes.length + 1)), garbage, bytes.subarray(at % (bytes.length + 1))]);
        const decoder = new FrameDecoder();
        let failure: unknown;
        let most = 0;
        try {
          for (const chunk of chopped(mixed, [7, 1, 50])) {
            for (const frame of decoder.push(chunk)) most = Math.max(most, frame.type === 'data' ? frame.data.length : 0);
            most = Math.max(most, decoder.bufferedBytes);
          }
        } catch (error) {
          failure = error;
        }
        expect(failure === undefined || failure instanceof SpdyError).toBe(true);
        expect(most).toBeLessThanOrEqual(maxControlFrameBytes + 8);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a session', () => {
  it('carries many streams both ways and ends', async () => {
    const { client, server } = sessionPair((stream) => {
      stream.accept();
      stream.pipe(stream);
    });
    const bodies = Array.from({ length: 20 }, (_, index) => Buffer.alloc(300_000 + index, index));
    const echoes = await Promise.all(
      bodies.map(async (body, index) => {
        const stream = client.open(spdyHeaders({ port: String(index) }));
        stream.end(body);
        return buffer(stream);
      }),
    );
    for (const [index, echo] of echoes.entries()) expect(echo.equals(bodies[index]!)).toBe(true);
    await client.close();
    await server.closed;
    expect([client.error, server.error, server.streamCount]).toEqual([undefined, undefined, 0]);
  });

  it('stops reading when a stream has more than anyone reads, and goes on when someone does', async () => {
    let held: SpdyStream | undefined;
    const { client, server } = sessionPair((stream) => {
      stream.accept();
      held = stream;
    });
    const stream = client.open(spdyHeaders());
    const total = 8 * maxUnreadBytes;
    let written = 0;
    const writing = (async () => {
      for (; written < total; written += 65_536) {
        await new Promise<void>((resolve, reject) => stream.write(Buffer.alloc(65_536), (error) => (error ? reject(error) : resolve())));
      }
      stream.end();
    })();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(written).toBeLessThan(3 * maxUnreadBytes);
    expect(held!.unreadBytes).toBeLessThanOrEqual(2 * maxUnreadBytes);
    held!.end();
    expect((await buffer(held!)).length).toBe(total);
    await writing;
    stream.resume();
    await client.close();
    await server.closed;
  });

  it('does not wait for grants of a peer that never gives any', async () => {
    const [near, far] = transportPair();
    const server = new SpdySession(near, {
      role: 'server',
      onStream: (stream) => {
        stream.accept();
        stream.end(Buffer.alloc(1_000_000, 1));
      },
    });
    const [encoder, decoder] = [new FrameEncoder(), new FrameDecoder()];
    for (const part of encoder.encode({
      type: 'synStream',
      streamId: 1,
      associatedId: 0,
      priority: 0,
      headers: spdyHeaders(),
      fin: true,
      unidirectional: false,
    }))
      far.write(part);
    let got = 0;
    for await (const chunk of far) {
      let done = false;
      for (const frame of decoder.push(chunk as Buffer)) {
        if (frame.type === 'data') got += frame.data.length;
        done ||= frame.type === 'data' && frame.fin;
      }
      if (done) break;
    }
    expect(got).toBe(1_000_000);
    await server.closed;
  });

  it('holds to a window once the peer grants', async () => {
    const [near, far] = transportPair();
    const server = new SpdySession(near, {
      role: 'server',
      onStream: (stream) => {
        stream.accept();
        stream.end(Buffer.alloc(200_000));
      },
    });
    const [encoder, decoder] = [new FrameEncoder(), new FrameDecoder()];
    const send = (frame: SpdyFrame): void => encoder.encode(frame).forEach((part) => far.write(part));
    send({ type: 'settings', entries: [{ id: 7, flags: 0, value: 1000 }] });
    send({ type: 'synStream', streamId: 1, associatedId: 0, priority: 0, headers: spdyHeaders(), fin: false, unidirectional: false });
    let got = 0;
    far.on('data', (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) if (frame.type === 'data') got += frame.data.length;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(got).toBe(1000);
    send({ type: 'windowUpdate', streamId: 1, delta: 500 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(got).toBe(1500);
    server.destroy();
    await server.closed;
  });

  it('answers pings, tells of resets, and ends on garbage with a GOAWAY', async () => {
    const streams: SpdyStream[] = [];
    const [near, far] = transportPair();
    const server = new SpdySession(near, { role: 'server', onStream: (stream) => (stream.accept(), streams.push(stream)) });
    const [encoder, decoder] = [new FrameEncoder(), new FrameDecoder()];
    const seen: SpdyFrame[] = [];
    far.on('data', (chunk: Buffer) => seen.push(...decoder.push(chunk)));
    far.on('error', () => undefined);
    const send = (frame: SpdyFrame): void => encoder.encode(frame).forEach((part) => far.write(part));
    send({ type: 'ping', id: 7 });
    send({ type: 'synStream', streamId: 1, associatedId: 0, priority: 0, headers: spdyHeaders(), fin: false, unidirectional: false });
    send({ type: 'rstStream', streamId: 1, status: 5 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(seen.map(({ type }) => type)).toEqual(['ping', 'synReply']);
    expect(streams[0]!.destroyed).toBe(true);
    far.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    far.write(Buffer.alloc(100, 0xff));
    await server.closed;
    expect(server.error).toBeInstanceOf(SpdyError);
  });
});
