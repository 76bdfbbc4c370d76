import { execFile } from 'node:child_process';
import { PassThrough } from 'node:stream';
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
  const [privateKey = '', text = ''] = stdout.split(/(?=-----BEGIN CERTIFICATE)/);
  return { certificate: text, privateKey };
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
