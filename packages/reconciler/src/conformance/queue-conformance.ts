import { randomName, type ClusterId } from '@kajitori/apimachinery';
import { afterEach, describe, expect, test } from 'vitest';
import { keyText, type ReconcileKey } from '../key.ts';
import { type NextRun, notAgain, type ReconcileQueue } from '../queue.ts';

/** What every driver of the queue must hold. `make` gives an empty queue. */
export function queueConformance(make: () => ReconcileQueue | Promise<ReconcileQueue>): void {
  const queues: ReconcileQueue[] = [];
  const open = async (): Promise<ReconcileQueue> => {
    const queue = await make();
    queues.push(queue);
    return queue;
  };
  afterEach(async () => {
    for (const queue of queues.splice(0)) await queue[Symbol.asyncDispose]();
  });

  describe('reconcile queue', () => {
    test('runs a key that was added, with the key as it was', async () => {
      const queue = await open();
      const log = new RunLog();
      queue.start(log.run);
      const key = newKey({ name: 'with:colon/and slash' });
      await queue.add([key]);
      await log.count(key, 1);
      expect(log.keys[0]).toEqual(key);
    });

    test('runs what was added before it started', async () => {
      const queue = await open();
      const log = new RunLog();
      const keys = [newKey(), newKey(), newKey()];
      await queue.add(keys);
      queue.start(log.run);
      for (const key of keys) await log.count(key, 1);
      expect(log.keys).toHaveLength(3);
    });

    test('a key that waits is not added twice', async () => {
      const queue = await open();
      const log = new RunLog();
      const key = newKey();
      await queue.add([key, key]);
      await queue.add([key]);
      queue.start(log.run);
      await log.count(key, 1);
      await settle();
      expect(log.of(key)).toBe(1);
    });

    test('a change during a run is not lost, and many make one more run', async () => {
      const queue = await open();
      const log = new RunLog();
      const gate = Promise.withResolvers<void>();
      log.answer = () => (log.of(key) === 1 ? gate.promise.then(() => notAgain) : notAgain);
      const key = newKey();
      queue.start(log.run);
      await queue.add([key]);
      await log.count(key, 1);
      for (let index = 0; index < 5; index += 1) await queue.add([key]);
      gate.resolve();
      await log.count(key, 2);
      await settle();
      expect(log.of(key)).toBe(2);
    });

    test('a change during a run beats the delay that the run asks for', async () => {
      const queue = await open();
      const log = new RunLog();
      const gate = Promise.withResolvers<void>();
      const key = newKey();
      log.answer = () => (log.of(key) === 1 ? gate.promise.then(() => ({ afterMilliseconds: 60_000 })) : notAgain);
      queue.start(log.run);
      await queue.add([key]);
      await log.count(key, 1);
      await queue.add([key]);
      gate.resolve();
      await log.count(key, 2);
      expect(log.of(key)).toBe(2);
    });

    test('a wake-up beats a delay, and the delay is then gone', async () => {
      const queue = await open();
      const log = new RunLog();
      const key = newKey();
      queue.start(log.run);
      await queue.addAfter(key, 400);
      await queue.add([key]);
      await log.count(key, 1, 300);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(log.of(key)).toBe(1);
    });

    test('a run that asks for a later one gets it, not before', async () => {
      const queue = await open();
      const log = new RunLog();
      const key = newKey();
      log.answer = () => (log.of(key) === 1 ? { afterMilliseconds: 150 } : notAgain);
      queue.start(log.run);
      await queue.add([key]);
      await log.count(key, 2);
      expect((log.times[1] ?? 0) - (log.times[0] ?? 0)).toBeGreaterThanOrEqual(140);
    });

    test('a delay that is asked for while the key runs adds nothing: the run says when it is next', async () => {
      const queue = await open();
      const log = new RunLog();
      const gate = Promise.withResolvers<void>();
      const key = newKey();
      log.answer = () => (log.of(key) === 1 ? gate.promise.then(() => notAgain) : notAgain);
      queue.start(log.run);
      await queue.add([key]);
      await log.count(key, 1);
      await queue.add([key]);
      await queue.addAfter(key, 60_000);
      gate.resolve();
      await log.count(key, 2);
      expect(log.of(key)).toBe(2);
    });

    test('no two runs of one key at once, however it is hammered', async () => {
      const queue = await open();
      const log = new RunLog();
      const keys = [newKey(), newKey(), newKey()];
      log.answer = async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
        return Math.random() < 0.3 ? { afterMilliseconds: Math.random() * 3 } : notAgain;
      };
      queue.start(log.run);
      for (let round = 0; round < 150; round += 1) {
        await queue.add(keys);
        if (round % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await settle();
      expect(log.overlaps).toBe(0);
      for (const key of keys) expect(log.of(key)).toBeGreaterThan(1);
    });

    test('different keys run at once', async () => {
      const queue = await open();
      const log = new RunLog();
      const gate = Promise.withResolvers<void>();
      log.answer = () => gate.promise.then(() => notAgain);
      const keys = [newKey(), newKey()];
      queue.start(log.run);
      await queue.add(keys);
      for (const key of keys) await log.count(key, 1);
      expect(log.keys).toHaveLength(2);
      gate.resolve();
    });

    test('closing waits for the run under way and tells it', async () => {
      const queue = await make();
      const log = new RunLog();
      const key = newKey();
      let finished = false;
      log.answer = async (signal) => {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => setTimeout(resolve, 20), { once: true }));
        finished = true;
        return notAgain;
      };
      queue.start(log.run);
      await queue.add([key]);
      await log.count(key, 1);
      await queue[Symbol.asyncDispose]();
      expect(finished).toBe(true);
    });
  });
}

class RunLog {
  readonly keys: ReconcileKey[] = [];
  readonly times: number[] = [];
  overlaps = 0;
  answer: (signal: AbortSignal) => NextRun | Promise<NextRun> = () => notAgain;
  readonly #active = new Set<string>();

  readonly run = async (key: ReconcileKey, signal: AbortSignal): Promise<NextRun> => {
    const text = keyText(key);
    if (this.#active.has(text)) this.overlaps += 1;
    this.#active.add(text);
    this.keys.push(key);
    this.times.push(performance.now());
    try {
      return await this.answer(signal);
    } finally {
      this.#active.delete(text);
    }
  };

  of(key: ReconcileKey): number {
    return this.keys.filter((one) => keyText(one) === keyText(key)).length;
  }

  async count(key: ReconcileKey, wanted: number, withinMilliseconds = 5_000): Promise<void> {
    const deadline = performance.now() + withinMilliseconds;
    while (this.of(key) < wanted) {
      if (performance.now() > deadline) throw new Error(`${keyText(key)} ran ${this.of(key)} times, not ${wanted}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

function newKey(parts: Partial<ReconcileKey> = {}): ReconcileKey {
  return { cluster: `c-${randomName(20)}` as ClusterId, controller: 'example', namespace: 'default', name: randomName(8), ...parts };
}

/** Long enough for a run that should not be to show itself. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 150));
}
