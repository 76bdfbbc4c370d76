import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { newClusterId, systemClock } from '@kajitori/apimachinery';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalNode } from '../serve/local-node.testing.ts';
import { testCertificate, testKey } from './certificate.testing.ts';
import { isRelayProof, relayKey, relayProof, relayProofSeconds } from './relay-credential.ts';
import { type GatewayInstance, RelayPool } from './relay-pool.ts';
import { RelayServer, relayPath } from './relay-server.ts';

const key = relayKey(Buffer.alloc(32, 7));
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

async function gateway(node: LocalNode, instance = 'g1'): Promise<GatewayInstance> {
  const relay = new RelayServer({ instance, key, clock: systemClock, node });
  const server = createServer({ cert: testCertificate, key: testKey });
  server.on('upgrade', (request, socket, head) => (request.url === relayPath ? relay.upgrade(request, socket, head) : socket.destroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanups.push(() => {
    relay[Symbol.dispose]();
    server.close();
  });
  return { instance, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function pool(otherKey: Uint8Array = key): RelayPool {
  const made = new RelayPool({ key: otherKey, clock: systemClock, caCertificates: testCertificate });
  cleanups.push(() => made[Symbol.dispose]());
  return made;
}

const exec = {
  cluster: newClusterId(),
  node: 'n1',
  namespace: 'd',
  pod: 'p',
  uid: 'u',
  container: 'c',
  stdin: true,
  stdout: true,
  stderr: false,
  tty: false,
};

describe('the relay', () => {
  it('carries processes of another instance over one connection', async () => {
    const to = await gateway(new LocalNode());
    const relays = pool();
    const outputs = await Promise.all(
      [1, 2, 3].map(async (number) => {
        const process = await (await relays.connect(to)).exec({ ...exec, command: ['cat'] });
        process.stdin!.end(Buffer.alloc(2_000_000, number));
        return buffer(process.stdout!);
      }),
    );
    for (const [index, output] of outputs.entries()) expect(output.equals(Buffer.alloc(2_000_000, index + 1))).toBe(true);
  });

  it('refuses who does not know the key, and a proof for another instance', async () => {
    const to = await gateway(new LocalNode());
    await expect(pool(relayKey(Buffer.alloc(32, 8))).connect(to)).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
    await expect(pool().connect({ ...to, instance: 'g2' })).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
  });

  it('connects anew after the other side has gone', async () => {
    const relays = pool();
    const to = await gateway(new LocalNode());
    const process = await (await relays.connect(to)).exec({ ...exec, command: ['sleep', '100'] });
    cleanups.splice(1, 1)[0]!();
    expect((await process.status).status).toBe('Failure');
    await expect(relays.connect(to)).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
    const again = await gateway(new LocalNode());
    expect(await text(await (await relays.connect(again)).logs({ ...exec }))).toBe('a line\n');
  });

  it('takes a proof for a minute only', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const proof = relayProof(key, 'g1', now);
    const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
    expect(isRelayProof(key, 'g1', proof, later(relayProofSeconds - 1))).toBe(true);
    expect(isRelayProof(key, 'g1', proof, later(relayProofSeconds + 1))).toBe(false);
    for (const broken of [undefined, '', 'Relay 1.2.3', proof.slice(0, -1), `${proof.slice(0, -2)}xx`])
      expect(isRelayProof(key, 'g1', broken, now)).toBe(false);
  });
});
