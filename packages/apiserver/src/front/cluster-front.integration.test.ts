import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http2 from 'node:http2';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type ClusterId, newClusterId } from '@kajitori/apimachinery';
import { silentLogger } from '@kajitori/telemetry';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClusterFront, type Elsewhere, type ServingCertificate } from './cluster-front.ts';

let certificate: ServingCertificate;
let front: ClusterFront;
let made: (ClusterId | undefined)[];

beforeEach(async () => {
  certificate = await selfSigned();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  made = [];
  front = new ClusterFront({
    clusterAt: async () => undefined,
    certificateFor: async () => certificate,
    baseNames: ['localhost'],
    clusterNames: () => ['kubernetes'],
    serve: (_server, cluster) => void made.push(cluster),
    logger: silentLogger,
  });
});
afterEach(async () => {
  await front[Symbol.asyncDispose]();
  vi.useRealTimers();
});

async function selfSigned(): Promise<ServingCertificate> {
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost'];
  const { stdout } = await promisify(execFile)('openssl', [...args, '-keyout', '-', '-out', '-']);
  const [privateKey = '', chain = ''] = stdout.split(/(?=-----BEGIN CERTIFICATE)/);
  return { certificate: chain, privateKey };
}

async function dial(cluster: ClusterId): Promise<void> {
  const socket = new PassThrough();
  await front.terminate(socket, cluster, '127.0.1.1');
  socket.destroy();
}

test('a cluster that is dialled has a TLS server, made once', async () => {
  await dial(cluster);
  vi.advanceTimersByTime(10_000);
  await dial(cluster);
  vi.advanceTimersByTime(10_000);
  await dial(cluster);
  expect(made).toEqual([cluster]);
});

test('one that nobody dials has none, and then no timer either', async () => {
  const [quiet, used] = [newClusterId(), newClusterId()];
  await dial(quiet);
  vi.advanceTimersByTime(10_000);
  await dial(used);
  vi.advanceTimersByTime(11_000);
  await dial(used);
  await dial(quiet);
  expect(made).toEqual([quiet, used, quiet]);
  vi.advanceTimersByTime(30_000);
  expect(vi.getTimerCount()).toBe(0);
});

const cluster = newClusterId();
const name = `${cluster}.k8s.example.com`;

/** A front that is dialled for one cluster, at its own address or by its name. */
async function servedFront(
  dialled: 'by address' | 'by name',
  elsewhere?: Partial<Elsewhere>,
): Promise<{ front: ClusterFront; port: number } & AsyncDisposable> {
  const served = new ClusterFront({
    clusterAt: async () => (dialled === 'by address' ? cluster : undefined),
    certificateFor: async () => certificate,
    baseNames: ['localhost'],
    clusterNames: () => ['kubernetes'],
    serve: (server) =>
      void server.on('request', (request, response) => {
        if (request.url === '/wait') response.write('begun');
        else response.end('ok');
      }),
    ...(elsewhere === undefined
      ? {}
      : {
          elsewhere: {
            isUsed: () => true,
            serves: (one) => one === cluster,
            clusterNamed: (host) => (host === name ? cluster : undefined),
            handOver: (socket) => socket.destroy(),
            ...elsewhere,
          },
        }),
    logger: silentLogger,
  });
  const port = await served.listen(0, '127.0.0.1');
  return { front: served, port, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() };
}

const open = (port: number, servername = 'localhost'): http2.ClientHttp2Session =>
  http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, servername });

async function answerOf(session: http2.ClientHttp2Session): Promise<string> {
  try {
    return await text(session.request({ ':path': '/' }));
  } finally {
    session.close();
  }
}

test('a cluster that it leaves is told to come by new connections, when what runs on the old ones has ended', async () => {
  await using served = await servedFront('by address');
  const session = open(served.port);
  const lasting = session.request({ ':path': '/wait' });
  await once(lasting, 'data');
  const gone = once(session, 'goaway');
  await served.front.leave(cluster);
  await gone;
  expect(session.closed || session.destroyed).toBe(true);
  expect(lasting.destroyed).toBe(false);
  expect(await answerOf(open(served.port))).toBe('ok');
  lasting.close();
  await once(session, 'close');
});

test('a connection to a cluster’s own address is given away unread', async () => {
  const given = Promise.withResolvers<{ socket: Socket; head: Uint8Array | undefined }>();
  await using served = await servedFront('by address', { handOver: (socket, _cluster, { head }) => given.resolve({ socket, head }) });
  const client = connect(served.port, '127.0.0.1');
  client.write('the first bytes');
  const { socket, head } = await given.promise;
  expect(head).toBe(undefined);
  const bytes = once(socket, 'data');
  socket.resume();
  expect(String((await bytes)[0])).toBe('the first bytes');
  client.destroy();
  socket.destroy();
});

test('one that dials a name is given away with what was read of it, and served by who is given it', async () => {
  await using other = await servedFront('by name');
  const handed: ClusterId[] = [];
  await using served = await servedFront('by name', {
    handOver(socket, of, from) {
      handed.push(of);
      void other.front.serveGiven(socket, of, from);
    },
  });
  expect(await answerOf(open(served.port, name))).toBe('ok');
  expect(handed).toEqual([cluster]);
  // Whoever dials another name is served here, from what was read of him on.
  expect(await answerOf(open(served.port, 'localhost'))).toBe('ok');
  expect(handed).toEqual([cluster]);
});
