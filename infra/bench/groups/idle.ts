import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchInstance } from '../bench-instance.ts';
import type { BenchInstance } from '../bench-instance.ts';
import { LoadClient } from '../load.ts';
import type { BenchContext, BenchGroup } from '../measurement.ts';
import { instanceKibibytes } from '../../local/memory.ts';
import { WatchStream } from '../watch-stream.ts';

const sizes = [100, 1_000, 10_000];
const idleMilliseconds = 60_000;
const concurrent = 8;
const processes = ['api', 'gateway', 'worker', 'redis', 'postgres'];
const configMaps = '/api/v1/namespaces/default/configmaps';

export const idle: BenchGroup = {
  name: 'idle',
  description: 'memory of all server processes for each cluster that was made, written to, listed, watched, and left for a minute',
  run,
};

async function run({ report, signal, log }: BenchContext): Promise<void> {
  await using bench = await startBenchInstance({ nodes: 0 });
  using management = new LoadClient(bench.management, concurrent);
  await sleep(idleMilliseconds, undefined, { signal });
  const empty = await instanceKibibytes(bench.instance, processes);
  report({ name: 'idle.0.pss', value: empty / 1024, unit: 'MiB', goal: 1_000, better: 'lower' });
  let made = 0;
  for (const size of sizes) {
    const one = async (): Promise<void> => {
      while (made < size) await makeCluster(bench, management, (made += 1), signal);
    };
    await Promise.all(Array.from({ length: concurrent }, one));
    log(`${size} clusters; waiting ${idleMilliseconds / 1000} s`);
    await sleep(idleMilliseconds, undefined, { signal });
    const all = await instanceKibibytes(bench.instance, processes);
    report({ name: `idle.${size}.pssPerCluster`, value: (all - empty) / size, unit: 'KiB', goal: 100, better: 'lower' });
  }
}

/** Makes a cluster and uses it once: a ConfigMap written, a list, a watch that is closed. */
async function makeCluster(bench: BenchInstance, management: LoadClient, number: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const made = await management.send({ method: 'POST', path: '/v1/clusters', body: JSON.stringify({ name: `idle-${number}` }) });
  const target = { ...bench.management, url: (JSON.parse(made.toString()) as { server: string }).server };
  using client = new LoadClient(target, 1);
  await client.send({
    method: 'POST',
    path: configMaps,
    body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } }),
  });
  const list = JSON.parse((await client.send({ method: 'GET', path: configMaps })).toString()) as { metadata: { resourceVersion: string } };
  using _watch = await WatchStream.open(
    target,
    `${configMaps}?watch=true&resourceVersion=${list.metadata.resourceVersion}`,
    () => undefined,
  );
}
