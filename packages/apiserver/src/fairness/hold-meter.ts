import { performance } from 'node:perf_hooks';
import type { ClusterStorage } from '@kajitori/storage';

/** Shorter work is everybody's. */
const heldMillisecondsMin = 10;

/**
 * Measures for how long one request holds the event loop: from when it goes on until it waits for storage or its body again, where the loop has not
 * come round in between. Otherwise it has waited for something else. What counts is the time of the processor: on a crowded machine the clock
 * goes on while others run.
 */
export interface HoldMeter {
  /** The same promise, waited for. */
  waitFor<T>(promise: Promise<T>): Promise<T>;
  /** Its body has come, so long. */
  read(bytes: number): void;
  /** Milliseconds of all long holds together, and the bytes of its body. */
  end(): { held: number; bytes: number };
}

export function newHoldMeter(): HoldMeter {
  let held = 0;
  let read = 0;
  let waiting = 0;
  let since = performance.now();
  let begunIn = loopRound();
  let used = process.threadCpuUsage();
  const stop = (): void => {
    if (performance.now() - since < heldMillisecondsMin || loopRound() !== begunIn) return;
    const { user, system } = process.threadCpuUsage(used);
    const worked = (user + system) / 1_000;
    if (worked >= heldMillisecondsMin) held += worked;
  };
  const start = (): void => {
    since = performance.now();
    begunIn = loopRound();
    used = process.threadCpuUsage();
  };
  return {
    async waitFor(promise) {
      if (waiting === 0) stop();
      waiting += 1;
      try {
        return await promise;
      } finally {
        waiting -= 1;
        start();
      }
    },
    read(bytes) {
      read += bytes;
    },
    end() {
      if (waiting === 0) stop();
      return { held, bytes: read };
    },
  };
}

/** Of a request that is in nobody's way. */
export const unmetered: HoldMeter = {
  waitFor: (promise) => promise,
  read: () => undefined,
  end: () => ({ held: 0, bytes: 0 }),
};

let round = 0;
let isCounting = false;

/** A number that is the same for as long as the loop has not come round. Counted only where somebody looks: the runtime's own count takes longer to read. */
function loopRound(): number {
  if (!isCounting) {
    isCounting = true;
    setImmediate(() => {
      round += 1;
      isCounting = false;
    }).unref();
  }
  return round;
}

/** A storage whose calls a request waits for. */
export function meteredStorage(storage: ClusterStorage, meter: HoldMeter): ClusterStorage {
  if (meter === unmetered) return storage;
  return {
    id: storage.id,
    get: (key) => meter.waitFor(storage.get(key)),
    list: (options) => meter.waitFor(storage.list(options)),
    count: (of) => meter.waitFor(storage.count(of)),
    revisions: (of) => meter.waitFor(storage.revisions(of)),
    resources: () => meter.waitFor(storage.resources()),
    revision: (line) => meter.waitFor(storage.revision(line)),
    birth: () => storage.birth(),
    write: (set, options) => meter.waitFor(storage.write(set, options)),
    watch: (options) => storage.watch(options),
  };
}
