import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchInstance } from '../bench-instance.ts';
import { LoadClient, type Target } from '../load.ts';
import { percentile } from '../measurement.ts';
import type { BenchContext, BenchGroup } from '../measurement.ts';
import { WatchStream } from '../watch-stream.ts';
import { configMap } from './fill.ts';

const watchers = 1_000;
const rounds = 60;
const warmUpRounds = 20;
const pauseMilliseconds = 30;
const collection = '/api/v1/namespaces/default/configmaps';

export const fanOut: BenchGroup = {
  name: 'api.fan-out',
  description: `from a write to the last of ${watchers.toLocaleString('en')} watches, against a bare loop that commits the same row and writes the same bytes to as many sockets`,
  run,
};

async function run({ report, signal }: BenchContext): Promise<void> {
  await using bench = await startBenchInstance({ nodes: 0 });
  const bare = await bench.bareServer();
  using client = new LoadClient(bench.kubernetes, 1);
  const { metadata } = JSON.parse((await client.send({ method: 'GET', path: `${collection}?limit=1` })).toString()) as {
    metadata: { resourceVersion: string };
  };
  const event = await eventLine(bench.kubernetes, `${collection}?watch=true&resourceVersion=${metadata.resourceVersion}`, client);
  const now = Number((JSON.parse(event) as { object: { metadata: { resourceVersion: string } } }).object.metadata.resourceVersion);
  const ours = await measure(bench.kubernetes, `${collection}?watch=true&resourceVersion=${now}`, signal, (round) => ({
    path: collection,
    body: JSON.stringify(configMap(`event-${round}`, 200)),
  }));
  const floor = await measure(bare, '/stream', signal, () => ({ path: '/fan-out', body: `${event}\n` }));
  report({
    name: `api.fanOut${watchers}.p50`,
    value: percentile(ours, 0.5),
    unit: 'ms',
    floor: percentile(floor, 0.5),
    goal: 1.5,
    better: 'lower',
  });
}

/** What a watch says of one such write. */
async function eventLine(target: Target, path: string, client: LoadClient): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  using _watch = await WatchStream.open(target, path, resolve);
  await client.send({ method: 'POST', path: collection, body: JSON.stringify(configMap('event-x', 200)) });
  return await promise;
}

/** For each round the milliseconds from sending a write until every stream has said a line more. */
async function measure(
  target: Target,
  path: string,
  signal: AbortSignal,
  write: (round: number) => { path: string; body: string },
): Promise<number[]> {
  using client = new LoadClient(target, 1);
  let missing = 0;
  let all = Promise.withResolvers<void>();
  const seen = (): void => {
    missing -= 1;
    if (missing === 0) all.resolve();
  };
  const streams = await Promise.all(Array.from({ length: watchers }, () => WatchStream.open(target, path, seen)));
  const milliseconds: number[] = [];
  try {
    await sleep(1_000);
    for (let round = -warmUpRounds; round < rounds; round += 1) {
      signal.throwIfAborted();
      missing = watchers;
      all = Promise.withResolvers();
      const begin = performance.now();
      await Promise.all([client.send({ method: 'POST', ...write(round + warmUpRounds) }), all.promise]);
      if (round >= 0) milliseconds.push(performance.now() - begin);
      await sleep(pauseMilliseconds);
    }
  } finally {
    for (const stream of streams) stream[Symbol.dispose]();
  }
  return milliseconds;
}
