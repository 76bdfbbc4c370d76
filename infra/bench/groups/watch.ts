import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchInstance } from '../bench-instance.ts';
import type { BenchInstance } from '../bench-instance.ts';
import { LoadClient } from '../load.ts';
import { percentile } from '../measurement.ts';
import type { BenchContext, BenchGroup } from '../measurement.ts';
import { WatchStream } from '../watch-stream.ts';

const sizes = [
  { watchers: 1, goal: 10 },
  { watchers: 100, goal: 10 },
  { watchers: 1_000, goal: 50 },
];
const eventsPerSecond = 20;
const events = 300;
/** Sent before what is counted: a server that has just started compiles what it runs. */
const warmUpEvents = 60;
const settleMilliseconds = 1_000;
const configMaps = '/api/v1/namespaces/default/configmaps';

export const watch: BenchGroup = {
  name: 'watch',
  description: 'from the sending of a write to its event in every one of 1, 100 and 1,000 watches',
  run,
};

async function run(context: BenchContext): Promise<void> {
  await using bench = await startBenchInstance({ nodes: 0 });
  await logBareWrites(bench, context);
  for (const { watchers, goal } of sizes) {
    const milliseconds = await measure(bench, watchers, context);
    for (const [name, share] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      context.report({ name: `watch.${watchers}.${name}`, value: percentile(milliseconds, share), unit: 'ms', goal, better: 'lower' });
    }
  }
}

/** What the commit alone takes at the same pace: no event can be faster. */
async function logBareWrites(bench: BenchInstance, { signal, log }: BenchContext): Promise<void> {
  using client = new LoadClient(await bench.bareServer(), 1);
  const milliseconds: number[] = [];
  for (let number = -warmUpEvents; number < events; number += 1) {
    signal.throwIfAborted();
    const sent = performance.now();
    await client.send({ method: 'POST', path: '/write', body: '{}' });
    if (number >= 0) milliseconds.push(performance.now() - sent);
    await sleep(1_000 / eventsPerSecond);
  }
  log(
    `a bare write at the same pace: p50 ${percentile(milliseconds, 0.5).toFixed(1)} ms, p99 ${percentile(milliseconds, 0.99).toFixed(1)} ms`,
  );
}

async function measure(bench: BenchInstance, watchers: number, { signal, log }: BenchContext): Promise<number[]> {
  using client = new LoadClient(bench.kubernetes, 1);
  const sentAt = new Map<string, number>();
  const milliseconds: number[] = [];
  const note = (line: string): void => {
    const now = performance.now();
    const name = /"name":"(watched-[0-9-]+)"/.exec(line)?.[1];
    const sent = name === undefined ? undefined : sentAt.get(name);
    if (sent !== undefined) milliseconds.push(now - sent);
  };
  const { metadata } = JSON.parse((await client.send({ method: 'GET', path: `${configMaps}?limit=1` })).toString()) as {
    metadata: { resourceVersion: string };
  };
  const path = `${configMaps}?watch=true&resourceVersion=${metadata.resourceVersion}`;
  const streams = await Promise.all(Array.from({ length: watchers }, () => WatchStream.open(bench.kubernetes, path, note)));
  try {
    await sleep(settleMilliseconds);
    for (let number = -warmUpEvents; number < events; number += 1) {
      signal.throwIfAborted();
      const name = number < 0 ? `unwatched-${watchers}${number}` : `watched-${watchers}-${number}`;
      if (number >= 0) sentAt.set(name, performance.now());
      await client.send({
        method: 'POST',
        path: configMaps,
        body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }),
      });
      await sleep(1_000 / eventsPerSecond);
    }
    await sleep(settleMilliseconds);
  } finally {
    for (const stream of streams) stream[Symbol.dispose]();
  }
  const wanted = watchers * events;
  if (milliseconds.length !== wanted) throw new Error(`${watchers} watches saw ${milliseconds.length} events instead of ${wanted}`);
  log(`${watchers} watches saw ${events} events each`);
  return milliseconds;
}
