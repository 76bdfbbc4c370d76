import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { serverNameOf } from './server-name.ts';

/** The first bytes that this runtime's own TLS sends. */
async function firstBytes(servername: string | undefined): Promise<Buffer> {
  const wire = new PassThrough();
  const sent: Buffer[] = [];
  wire.write = (chunk: Buffer): boolean => sent.push(chunk) > 0;
  const socket = connect({ socket: wire, ...(servername === undefined ? {} : { servername }) });
  socket.on('error', () => undefined);
  while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
  return Buffer.concat(sent);
}

it('reads the name that a client dials', async () => {
  expect(serverNameOf(await firstBytes('c-abc.k8s.example.com'))).toEqual({ name: 'c-abc.k8s.example.com' });
  expect(serverNameOf(await firstBytes(undefined))).toEqual({ name: undefined });
});

it('waits for the rest of what comes in parts', async () => {
  const bytes = await firstBytes('c-abc.k8s.example.com');
  for (let length = 0; length < bytes.length; length += 1) expect(serverNameOf(bytes.subarray(0, length))).toBe('more');
});

it('is told nothing by what is no TLS, and by what is broken', async () => {
  expect(serverNameOf(Buffer.from('GET / HTTP/1.1\r\n'))).toEqual({ name: undefined });
  const bytes = await firstBytes('c-abc.k8s.example.com');
  for (let at = 5; at < bytes.length; at += 1) {
    const broken = Buffer.from(bytes);
    broken[at] = 255;
    const told = serverNameOf(broken);
    expect(told).not.toBe('more');
  }
  expect(serverNameOf(Buffer.from([22, 3, 1, 0, 1, 1]))).toEqual({ name: undefined });
});
