import { createServer, type Server } from 'node:https';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer as createPlainServer } from 'node:net';
import { Duplex } from 'node:stream';
import { testAuthority } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EgressClient, type EgressRequest, type EgressResponse } from './index.ts';

const owns = new AsyncDisposableStack();
let ca: string;
let server: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  const authority = owns.use(await testAuthority());
  ca = authority.certificate;
  server = createServer(await authority.issue('DNS:hook.test', 'IP:127.0.0.1'), (request, response) => {
    if (request.url === '/redirect') response.writeHead(302, { location: `https://127.0.0.1:${port}/inner` }).end();
    else if (request.url === '/slow') return;
    else if (request.url === '/long') response.end('x'.repeat(5000));
    else if (request.url === '/hangs-up') request.socket.destroy();
    else response.end(JSON.stringify({ path: request.url, host: request.headers.host }));
  });
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  owns.defer(() => {
    server.closeAllConnections();
    server.close();
  });
});
afterAll(() => owns.disposeAsync());

/** Names of this test's own: what no resolver knows. */
function resolving(answers: Record<string, string | string[]>): (host: string) => Promise<LookupAddress[]> {
  return async (host) => {
    const found = answers[host];
    if (found === undefined) throw new Error('ENOTFOUND');
    return [found].flat().map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
}

function fetched(client: EgressClient, path: string, more: Partial<EgressRequest> = {}): Promise<EgressResponse> {
  const base = {
    owner: 'a',
    url: `https://hook.test:${port}${path}`,
    method: 'GET',
    ca,
    timeoutMilliseconds: 3000,
    responseBytesMax: 1000,
  } as const;
  return client.fetch({ ...base, ...more });
}

describe('a call to a URL that a tenant chose', () => {
  it('goes to the address that its name has, and checks the certificate by that name', async () => {
    using client = new EgressClient({ allowed: 'private', resolve: resolving({ 'hook.test': '127.0.0.1', 'other.test': '127.0.0.1' }) });
    const answer = await fetched(client, '/a?b=c');
    expect(JSON.parse(answer.body.toString())).toEqual({ path: '/a?b=c', host: `hook.test:${port}` });
    await expect(fetched(client, '/', { url: `https://other.test:${port}/` })).rejects.toThrow(
      'tls: failed to verify certificate: x509: certificate is valid for hook.test, 127.0.0.1, not other.test',
    );
    await expect(fetched(client, '/', { ca: undefined })).rejects.toThrow(
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    );
  });

  it.each([
    ['127.0.0.1', ''],
    ['localhost', ''],
    ['2130706433', ''],
    ['0x7f.1', ''],
    ['[::1]', ''],
    ['[::ffff:127.0.0.1]', ''],
    ['169.254.169.254', ''],
    ['evil.test', '127.0.0.1'],
    ['evil.test', '169.254.169.254'],
    ['evil.test', '::ffff:10.0.0.1'],
    ['evil.test', '1.1.1.1,192.168.0.1'],
  ])('does not reach our own network: %s %s', async (host, answer) => {
    const before = connections;
    using client = new EgressClient({
      allowed: 'public',
      resolve: resolving({ 'evil.test': answer.split(','), localhost: ['127.0.0.1', '::1'] }),
    });
    await expect(fetched(client, '/', { url: `https://${host}:${port}/` })).rejects.toMatchObject({
      failure: 'refused',
      message: expect.stringContaining('the address is not allowed'),
    });
    expect(connections).toBe(before);
  });

  it('does not fall for an answer that changes after the check', async () => {
    let asked = 0;
    using client = new EgressClient({
      allowed: 'public',
      // 192.0.2.0/24 would be refused: a public address that nothing answers at, and loopback from the second question on.
      resolve: async () => [{ address: (asked += 1) === 1 ? '1.1.1.1' : '127.0.0.1', family: 4 }],
    });
    const before = connections;
    await expect(fetched(client, '/', { timeoutMilliseconds: 300 })).rejects.toThrow(/deadline exceeded|dial tcp|EOF|network/);
    expect([asked, connections]).toEqual([1, before]);
  });

  it('gives a redirect as it is', async () => {
    using client = new EgressClient({ allowed: 'private', resolve: resolving({ 'hook.test': '127.0.0.1' }) });
    expect(await fetched(client, '/redirect')).toMatchObject({ status: 302 });
  });

  it('speaks only HTTPS', async () => {
    using client = new EgressClient({ allowed: 'private' });
    await expect(fetched(client, '/', { url: 'http://hook.test/' })).rejects.toThrow('unsupported protocol scheme "http"');
    await expect(fetched(client, '/', { url: 'file:///etc/passwd' })).rejects.toThrow('unsupported protocol scheme "file"');
    await expect(fetched(client, '/', { url: 'https://user@hook.test/' })).rejects.toThrow('user information');
  });

  it('ends by its deadline, and by its bound', async () => {
    using client = new EgressClient({ allowed: 'private', resolve: resolving({ 'hook.test': '127.0.0.1' }) });
    await expect(fetched(client, '/slow', { timeoutMilliseconds: 100 })).rejects.toThrow('context deadline exceeded');
    await expect(fetched(client, '/long')).rejects.toThrow('the answer is longer than 1000 bytes');
    await expect(fetched(client, '/hangs-up')).rejects.toThrow('EOF');
  });

  it('says in words what the network said', async () => {
    using client = new EgressClient({ allowed: 'private', resolve: resolving({ 'hook.test': '127.0.0.1' }) });
    const plain = createPlainServer((socket) => void socket.resume().end('HTTP/1.1 200 OK\r\n\r\n')).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const plainPort = (plain.address() as AddressInfo).port;
    await expect(fetched(client, '/', { url: `https://hook.test:${plainPort}/` })).rejects.toThrow(
      'tls: first record does not look like a TLS handshake',
    );
    plain.close();
    await once(plain, 'close');
    await expect(fetched(client, '/', { url: `https://hook.test:${plainPort}/` })).rejects.toThrow(
      `dial tcp hook.test:${plainPort}: connect: connection refused`,
    );
    await expect(fetched(client, '/', { url: 'https://unknown.test/' })).rejects.toThrow('dial tcp: lookup unknown.test: no such host');
  });

  it('keeps a connection for the next call of the same owner, and of no other', async () => {
    using client = new EgressClient({ allowed: 'private', resolve: resolving({ 'hook.test': '127.0.0.1' }) });
    const before = connections;
    for (let round = 0; round < 3; round += 1) await fetched(client, '/');
    expect(connections - before).toBe(1);
    await fetched(client, '/', { owner: 'b' });
    expect(connections - before).toBe(2);
    server.closeIdleConnections();
    expect(await fetched(client, '/')).toMatchObject({ status: 200 });
  });

  it('has a bound on calls under way for each owner', async () => {
    using client = new EgressClient({ allowed: 'private', resolve: resolving({ 'hook.test': '127.0.0.1' }) });
    const slow = Array.from({ length: 129 }, () =>
      fetched(client, '/slow', { timeoutMilliseconds: 500 }).catch(({ message }: Error) => message),
    );
    expect(await fetched(client, '/', { owner: 'b' })).toMatchObject({ status: 200 });
    const said = await Promise.all(slow);
    expect(said.filter((message) => message === 'more than 128 calls are under way').length).toBe(1);
    expect(await fetched(client, '/')).toMatchObject({ status: 200 });
  });
});

describe('a call over a stream that comes from elsewhere', () => {
  it('ends TLS by the name of the URL, and keeps the connection', async () => {
    using client = new EgressClient({ allowed: 'public' });
    let dialled = 0;
    const dial = async (): Promise<Duplex> => {
      dialled += 1;
      const socket = connect(port, '127.0.0.1');
      // What an agent's stream is: no socket.
      return Duplex.from({ readable: socket, writable: socket });
    };
    for (let round = 0; round < 2; round += 1) {
      expect(await fetched(client, '/through', { dial })).toMatchObject({ status: 200 });
    }
    expect(dialled).toBe(1);
    await expect(fetched(client, '/', { dial, url: `https://svc.ns.svc:${port}/` })).rejects.toThrow('not svc.ns.svc');
    const refused = (): Promise<Duplex> => Promise.reject(new Error('no endpoints available for service "svc"'));
    await expect(fetched(client, '/', { dial: refused, url: 'https://none.ns.svc/' })).rejects.toThrow(
      'no endpoints available for service "svc"',
    );
  });
});
