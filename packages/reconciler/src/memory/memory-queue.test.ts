import { type ClusterId, randomName } from '@kajitori/apimachinery';
import { expect, test } from 'vitest';
import { queueConformance } from '../conformance/queue-conformance.ts';
import type { ReconcileKey } from '../key.ts';
import { notAgain } from '../queue.ts';
import { MemoryQueue } from './memory-queue.ts';

queueConformance(() => new MemoryQueue());

const cluster = (): ClusterId => `c-${randomName(20)}` as ClusterId;
const key = (of: ClusterId, name: string): ReconcileKey => ({ cluster: of, controller: 'example', namespace: '', name });

test('clusters take turns, so a flood of one does not hold up another', async () => {
  await using queue = new MemoryQueue({ concurrency: 1 });
  const [loud, quiet] = [cluster(), cluster()];
  const order: ClusterId[] = [];
  await queue.add(Array.from({ length: 100 }, (_, index) => key(loud, String(index))));
  await queue.add([key(quiet, 'one')]);
  queue.start(async (one) => {
    order.push(one.cluster);
    return notAgain;
  });
  await queue.idle(quiet);
  expect(order.indexOf(quiet)).toBeLessThan(3);
  await queue.idle(loud);
  expect(order).toHaveLength(101);
});

test('one cluster has at most its share of runs', async () => {
  await using queue = new MemoryQueue({ concurrency: 10, concurrencyPerCluster: 2 });
  const one = cluster();
  let [active, most] = [0, 0];
  queue.start(async () => {
    active += 1;
    most = Math.max(most, active);
    await new Promise((resolve) => setTimeout(resolve, 1));
    active -= 1;
    return notAgain;
  });
  await queue.add(Array.from({ length: 20 }, (_, index) => key(one, String(index))));
  await queue.idle(one);
  expect(most).toBe(2);
});

test('counts of a cluster come back to nothing, and dropping forgets what waits', async () => {
  await using queue = new MemoryQueue();
  const one = cluster();
  await queue.add([key(one, 'a'), key(one, 'b')]);
  await queue.addAfter(key(one, 'c'), 60_000);
  expect([queue.pendingCount(one), queue.delayedCount(one)]).toEqual([2, 1]);
  queue.drop(one);
  expect([queue.pendingCount(one), queue.delayedCount(one)]).toEqual([0, 0]);
  let runs = 0;
  queue.start(async () => {
    runs += 1;
    return notAgain;
  });
  await queue.add([key(one, 'a')]);
  await queue.idle(one);
  expect(runs).toBe(1);
});
