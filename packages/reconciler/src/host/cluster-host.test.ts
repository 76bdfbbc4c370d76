import { type ClusterId, newClusterId } from '@kajitori/apimachinery';
import { LocalWake, type MemoryStorage, openMemoryStorage } from '@kajitori/storage';
import { Metrics, silentLogger } from '@kajitori/telemetry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Backoff } from '../backoff.ts';
import { keyText, type ReconcileKey } from '../key.ts';
import { MemoryQueue } from '../memory/memory-queue.ts';
import { ReconcileMetrics } from '../metrics.ts';
import { done, type Outcome, requeueAfter } from '../outcome.ts';
import type { ReconcileQueue } from '../queue.ts';
import { ClusterHost, type ClusterLease } from './cluster-host.ts';

let storage: MemoryStorage;
let wake: LocalWake;
let cluster: ClusterId;
const hosts: ClusterHost[] = [];

beforeEach(async () => {
  wake = new LocalWake();
  storage = openMemoryStorage({ wake });
  cluster = newClusterId();
  await storage.clusters.create(cluster);
});
afterEach(async () => {
  for (const one of hosts.splice(0)) await one[Symbol.asyncDispose]();
  await storage[Symbol.asyncDispose]();
});

/** What happened in a host's clusters. */
interface Trace {
  opened: ClusterLease[];
  closed: number;
  ran: string[];
  /** Answers runs. */
  answer: (key: ReconcileKey) => Outcome | Promise<Outcome>;
}

interface HostOptions {
  idleMilliseconds?: number;
  clustersMax?: number;
  calls?: ReconcileQueue;
}

async function host(options: HostOptions = {}): Promise<{ host: ClusterHost; trace: Trace }> {
  const trace: Trace = { opened: [], closed: 0, ran: [], answer: () => done };
  const made = new ClusterHost({
    storage,
    wake,
    calls: new MemoryQueue(),
    holder: `host-${hosts.length}`,
    metrics: new ReconcileMetrics(new Metrics()),
    backoff: new Backoff(),
    logger: silentLogger,
    idleMilliseconds: 60_000,
    sweepMilliseconds: 50,
    ...options,
    open: async (lease) => {
      trace.opened.push(lease);
      const opened = performance.now();
      return {
        reconcile: async (key) => {
          trace.ran.push(key.name);
          return trace.answer(key);
        },
        revision: await storage.cluster(lease.cluster).revision(),
        objects: 0,
        lastChangeAt: opened,
        async [Symbol.asyncDispose]() {
          trace.closed += 1;
        },
      };
    },
  });
  hosts.push(made);
  await made.start();
  return { host: made, trace };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 8_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const key = (name: string): ReconcileKey => ({ cluster, controller: 'example', namespace: '', name });
let serial = 0;
async function change(): Promise<void> {
  serial += 1;
  const object = {
    group: '',
    resource: 'things',
    namespace: '',
    name: `t${serial}`,
    uid: `u${serial}`,
    body: '{}',
    labels: {},
    fields: {},
    stamp: { version: 'v1', schemaHash: '' },
  };
  await storage.cluster(cluster).write([{ type: 'create', object }]);
}

test('a cluster that is dirty from birth is taken up, by one host', async () => {
  const [first, second] = [await host(), await host()];
  await until(() => first.trace.opened.length + second.trace.opened.length > 0, 'taken up');
  await change();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(first.trace.opened.length + second.trace.opened.length).toBe(1);
});

test('keys run, and a later run of a held cluster comes in its time', async () => {
  const { trace } = await host();
  trace.answer = (one) => (trace.ran.filter((name) => name === one.name).length === 1 ? requeueAfter(50) : done);
  await until(() => trace.opened.length === 1, 'taken up');
  trace.opened[0]?.enqueue([key('a')]);
  await until(() => trace.ran.length === 2, 'two runs');
  expect(trace.ran).toEqual(['a', 'a']);
});

test('an idle cluster is given back, and a change or a wake-up brings it again', async () => {
  const { host: made, trace } = await host({ idleMilliseconds: 10 });
  await until(() => trace.closed === 1, 'given back');
  await until(() => made.clusters.length === 0, 'none active');
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(trace.opened).toHaveLength(1);
  await change();
  await until(() => trace.opened.length === 2, 'again for a change');
  await until(() => trace.closed === 2, 'given back again');
  await storage.wakeups.set(cluster, keyText(key('alarm')), new Date(), 'replace');
  await until(() => trace.opened.length === 3, 'again for a wake-up');
  expect(trace.opened[1]?.since).toBeGreaterThan(0);
});

test('a distant later run outlives the process in a row, and goes when it is settled', async () => {
  const { host: made, trace } = await host();
  trace.answer = () => requeueAfter(3_600_000);
  await until(() => trace.opened.length === 1, 'taken up');
  trace.opened[0]?.enqueue([key('cron')]);
  await until(() => trace.ran.length === 1, 'run');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await made[Symbol.asyncDispose]();
  const next = await storage.wakeups.nextAt();
  expect(Math.abs((next?.getTime() ?? 0) - Date.now() - 3_600_000)).toBeLessThan(10_000);
});

test('a holder that died is followed by another, once its lease is over', async () => {
  const dead = await storage.fences.acquire(cluster, 'controllers', 'dead', 1);
  const { trace } = await host();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(trace.opened).toEqual([]);
  await until(() => trace.opened.length === 1, 'taken over');
  expect(trace.opened[0]?.fence.epoch).toBeGreaterThan(dead?.epoch ?? 0);
});

test('a holder that is told of a newer epoch stops, and leaves the marks of the new one alone', async () => {
  const { host: made, trace } = await host();
  await until(() => made.clusters.length === 1, 'held');
  const [lease] = trace.opened;
  if (lease === undefined) throw new Error('nothing was opened');
  await storage.fences.release(cluster, lease.fence);
  await storage.fences.acquire(cluster, 'controllers', 'other', 60);
  await storage.wakeups.set(cluster, 'holder', new Date(Date.now() + 3_600_000), 'replace');
  lease.onFenced();
  await until(() => trace.closed === 1, 'closed');
  expect((await storage.wakeups.nextAt())?.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
});

test('without room a cluster waits until the quietest has gone', async () => {
  const { host: made, trace } = await host({ clustersMax: 1 });
  await until(() => trace.opened.length === 1, 'the first');
  const other = newClusterId();
  await storage.clusters.create(other);
  await until(() => trace.opened.some((lease) => lease.cluster === other), 'the second');
  expect(made.clusters.length).toBeLessThanOrEqual(1);
});

test('with room for one, a new cluster takes the place of a quiet one at once', async () => {
  const { host: made, trace } = await host({ clustersMax: 1 });
  await until(() => made.clusters.length === 1, 'the first');
  const started = performance.now();
  const other = newClusterId();
  await storage.clusters.create(other);
  wake.ring(other, 'durable', 1);
  await until(() => made.clusters.includes(other), 'the second');
  expect(performance.now() - started).toBeLessThan(400);
  expect(trace.closed).toBe(1);
});

/** Accepts calls and gives them to nobody: they wait for a process that took them and died. */
class LostCalls extends MemoryQueue {
  override start(): void {
    // Nobody answers.
  }
}

test('a call that died with whoever took it is answered by the sweep', async () => {
  const { host: made, trace } = await host({ calls: new LostCalls() });
  await until(() => trace.opened.length === 1, 'taken up for its changes');
  await until(() => made.clusters.length === 1, 'held');
  expect(made.clusters).toEqual([cluster]);
});

test('a wake-up whose call died is answered as well', async () => {
  const first = await host({ idleMilliseconds: 10 });
  await until(() => first.host.clusters.length === 1, 'taken up');
  await until(() => first.host.clusters.length === 0, 'clean and given back');
  await first.host[Symbol.asyncDispose]();
  const { host: made } = await host({ calls: new LostCalls() });
  await storage.wakeups.set(cluster, 'holder', new Date(), 'replace');
  await until(() => made.clusters.length === 1, 'taken up for its wake-up');
  expect(made.clusters).toEqual([cluster]);
});
