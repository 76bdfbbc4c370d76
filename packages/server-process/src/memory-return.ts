import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Logger } from '@kajitori/telemetry';
import { QuietDetector } from './quiet-detector.ts';

const sampleMilliseconds = 5_000;
/**
 * A collection stops the process for about a millisecond for each MiB that is alive. Beyond this, garbage included, a heap waits for V8's
 * own rhythm: a quiet process that uses most of it would make whoever asks next wait for a second.
 */
const heapBytesMax = 1024 * 1024 * 1024;

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Gives the machine back what a busy time has left in this process's heap. V8 collects when it needs room, and a process that has
 * become quiet needs none: it would keep its high-water mark of garbage, and the TLS contexts and sockets that the garbage holds,
 * until somebody works again. So the memory of a quiet process is what it uses, whatever it did before.
 * Invariant: it never stops a process that works.
 */
export class MemoryReturn implements Disposable {
  readonly #detector = new QuietDetector();
  readonly #collect: Collect;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #since = performance.eventLoopUtilization();
  #isAsked: () => boolean = () => false;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#collect = collector();
    this.#timer = setInterval(() => this.#look(), sampleMilliseconds).unref();
  }

  /** Whoever is asked now and then works too: who asks must not meet a collection. */
  spare(isAsked: () => boolean): void {
    this.#isAsked = isAsked;
  }

  #look(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#since);
    this.#since = now;
    if (!this.#detector.sample(utilization, this.#isAsked()) || process.memoryUsage().heapUsed > heapBytesMax) return;
    const before = process.memoryUsage.rss();
    const started = performance.now();
    this.#collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    const milliseconds = Math.round(performance.now() - started);
    this.#logger.debug({ before, after: process.memoryUsage.rss(), milliseconds }, 'quiet: memory was given back');
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** V8 gives its collector to contexts that are made while the flag is set. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
