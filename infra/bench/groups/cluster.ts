import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchInstance } from '../bench-instance.ts';
import { LoadClient } from '../load.ts';
import { percentile } from '../measurement.ts';
import type { BenchContext, BenchGroup } from '../measurement.ts';

const clusters = 200;
const retryMilliseconds = 2;

export const cluster: BenchGroup = {
  name: 'cluster',
  description: 'from POST of a cluster to the first 200 of its /api/v1/namespaces, by the same client',
  run,
};

async function run({ report, signal }: BenchContext): Promise<void> {
  await using bench = await startBenchInstance({ nodes: 0 });
  using management = new LoadClient(bench.management, 1);
  const milliseconds: number[] = [];
  for (let number = 0; number < clusters; number += 1) {
    signal.throwIfAborted();
    const begin = performance.now();
    const made = await management.send({ method: 'POST', path: '/v1/clusters', body: JSON.stringify({ name: `bench-${number}` }) });
    const { server } = JSON.parse(made.toString()) as { server: string };
    using own = new LoadClient({ ...bench.management, url: server }, 1);
    while (!(await answers(own))) await sleep(retryMilliseconds);
    milliseconds.push(performance.now() - begin);
  }
  report({ name: 'cluster.firstAnswer.p50', value: percentile(milliseconds, 0.5), unit: 'ms', goal: 100, better: 'lower' });
  report({ name: 'cluster.firstAnswer.p99', value: percentile(milliseconds, 0.99), unit: 'ms', goal: 100, better: 'lower' });
}

async function answers(client: LoadClient): Promise<boolean> {
  return client.send({ method: 'GET', path: '/api/v1/namespaces' }).then(
    () => true,
    () => false,
  );
}
