import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchInstance } from '../bench-instance.ts';
import { startBenchInstance } from '../bench-instance.ts';
import { LoadClient } from '../load.ts';
import { percentile } from '../measurement.ts';
import type { BenchContext, BenchGroup } from '../measurement.ts';
import { instanceKibibytes } from '../../local/memory.ts';
import { configMap, fill } from './fill.ts';
import { realisticPod } from './realistic-pod.ts';

const pods = 10_000;
const rounds = 12;
const concurrent = 24;
const path = '/api/v1/namespaces/many/pods';
const sampleMilliseconds = 25;
/** Of a slow reader, some ten seconds for a list. */
const slowBytesPerSecond = 3_000_000;

export const lists: BenchGroup = {
  name: 'api.lists',
  description: `a list of ${pods.toLocaleString('en')} pods against a bare loop from Postgres to the socket; what many lists at once take of memory`,
  run,
};

async function run(context: BenchContext): Promise<void> {
  await using bench = await startBenchInstance({ nodes: 0 });
  using client = new LoadClient(bench.kubernetes, concurrent);
  await fill(client, {
    namespace: 'many',
    resource: 'pods',
    count: pods,
    body: (number) => realisticPod(`pod-${number}`, number),
    clients: 32,
  });
  const { length } = await client.send({ method: 'GET', path });
  context.log(`${pods} pods, ${length} bytes`);
  await measureTime(bench, client, context);
  await measureMemory(bench, client, context);
}

async function measureTime(bench: BenchInstance, client: LoadClient, { report, signal }: BenchContext): Promise<void> {
  using floor = new LoadClient(await bench.bareServer(), 1);
  const times = { changed: [] as number[], unchanged: [] as number[], bare: [] as number[] };
  const timed = async (asked: LoadClient, of: string): Promise<number> => {
    const begin = performance.now();
    await asked.send({ method: 'GET', path: of });
    return performance.now() - begin;
  };
  for (let round = -2; round < rounds; round += 1) {
    signal.throwIfAborted();
    // After a write, nobody's list can be given to anybody.
    await client.send({
      method: 'POST',
      path: '/api/v1/namespaces/many/configmaps',
      body: JSON.stringify(configMap(`round-${round + 2}`, 1)),
    });
    const changed = await timed(client, path);
    const unchanged = await timed(client, path);
    const bare = await timed(floor, `/rows/${bench.cluster}/pods/many`);
    if (round < 0) continue;
    times.changed.push(changed);
    times.unchanged.push(unchanged);
    times.bare.push(bare);
  }
  const bare = percentile(times.bare, 0.5);
  report({ name: `api.list${pods}.p50`, value: percentile(times.changed, 0.5), unit: 'ms', floor: bare, goal: 2, better: 'lower' });
  report({ name: `api.list${pods}.again.p50`, value: percentile(times.unchanged, 0.5), unit: 'ms', floor: bare, goal: 2, better: 'lower' });
}

/** What the process of the API needs at its height with so many lists under way, less what it needs with one. */
async function measureMemory(bench: BenchInstance, client: LoadClient, { report, log }: BenchContext): Promise<void> {
  const same = (): string => path;
  // No two of them share their bytes.
  const different = (number: number): string => `${path}?labelSelector=${encodeURIComponent(`shard notin (none-${number})`)}`;
  const fast = Infinity;
  for (const { name, of, rate } of [
    { name: 'same', of: same, rate: fast },
    { name: 'different', of: different, rate: fast },
    { name: 'slowReaders', of: different, rate: slowBytesPerSecond },
  ]) {
    // What V8 keeps for itself grows with the work, once.
    await listsAtOnce(client, concurrent, of, fast);
    await sleep(1_000);
    const one = await height(bench, () => listsAtOnce(client, 1, of, rate));
    const many = await height(bench, () => listsAtOnce(client, concurrent, of, rate));
    log(`${name}: one list ${(one / 1024).toFixed(0)} MiB at its height, ${concurrent} lists ${(many / 1024).toFixed(0)} MiB`);
    report({
      name: `api.list${pods}.extraMemory.${name}`,
      value: Math.max(0, many - one) / 1024 / (concurrent - 1),
      unit: 'MiB',
      goal: 2,
      better: 'lower',
    });
  }
}

async function listsAtOnce(client: LoadClient, count: number, of: (number: number) => string, rate: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, number) => client.drain({ method: 'GET', path: of(number) }, rate)));
}

/** The most that the API's process took while something ran, in KiB. */
async function height(bench: BenchInstance, work: () => Promise<void>): Promise<number> {
  const over = new AbortController();
  const done = work().finally(() => over.abort());
  let most = 0;
  while (!over.signal.aborted) {
    most = Math.max(most, await instanceKibibytes(bench.instance, ['api']));
    await sleep(sampleMilliseconds);
  }
  await done;
  return most;
}
