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
import { ClusterFront, type ServingCertificate } from './cluster-front.ts';

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
  const cluster = newClusterId();
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

/** A front that serves one cluster, wherever it is dialled. */
async function servedFront(
  handOver?: (socket: Socket) => boolean,
): Promise<{ front: ClusterFront; port: number; cluster: ClusterId } & AsyncDisposable> {
  const cluster = newClusterId();
  const served = new ClusterFront({
    clusterAt: async () => cluster,
    certificateFor: async () => certificate,
    baseNames: ['localhost'],
    clusterNames: () => ['kubernetes'],
    serve: (server) =>
      void server.on('request', (request, response) => {
        if (request.url === '/wait') response.write('begun');
        else response.end('ok');
      }),
    ...(handOver === undefined ? {} : { handOver }),
    logger: silentLogger,
  });
  const port = await served.listen(0, '127.0.0.1');
  return { front: served, port, cluster, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() };
}

test('a cluster that it leaves is told to come by new connections, when what runs on the old ones has ended', async () => {
  await using served = await servedFront();
  const session = http2.connect(`https://127.0.0.1:${served.port}`, { rejectUnauthorized: false });
  const lasting = session.request({ ':path': '/wait' });
  await once(lasting, 'data');
  const gone = once(session, 'goaway');
  await served.front.leave(served.cluster);
  await gone;
  expect(session.closed || session.destroyed).toBe(true);
  expect(lasting.destroyed).toBe(false);
  const another = http2.connect(`https://127.0.0.1:${served.port}`, { rejectUnauthorized: false });
  expect(await text(another.request({ ':path': '/' }))).toBe('ok');
  lasting.close();
  another.close();
  await once(session, 'close');
});

test('a connection that is given away is given whole', async () => {
  const given = Promise.withResolvers<Socket>();
  await using served = await servedFront((socket) => {
    given.resolve(socket);
    return true;
  });
  const client = connect(served.port, '127.0.0.1');
  client.write('the first bytes');
  const socket = await given.promise;
  const bytes = once(socket, 'data');
  socket.resume();
  expect(String((await bytes)[0])).toBe('the first bytes');
  client.destroy();
  socket.destroy();
});
