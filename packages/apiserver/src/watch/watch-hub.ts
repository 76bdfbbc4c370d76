import type { ClusterId } from '@kajitori/apimachinery';
import type { ClusterStorage, Line } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import { ClusterTail, type TailSubscriber } from './cluster-tail.ts';

/** A tail outlives its last watcher this long, because kubectl and informers come back at once. */
const lingerMilliseconds = 5_000;

type Rest = (cluster: ClusterId, workedMilliseconds: number) => Promise<void>;

/** One tail per cluster and line, only while someone watches. A cluster that nobody watches has nothing here. */
export class WatchHub implements AsyncDisposable {
  readonly #tails = new Map<string, { tail: ClusterTail; users: number; linger: NodeJS.Timeout | undefined }>();
  readonly #logger: Logger;
  readonly #rest: Rest;

  /** `rest`: between two slices of telling many watchers. */
  constructor(logger: Logger, rest: Rest) {
    this.#logger = logger;
    this.#rest = rest;
  }

  /** Subscribes, and says after which revision the subscriber is told everything. */
  async join(storage: ClusterStorage, line: Line, subscriber: TailSubscriber): Promise<{ revision: number; leave: () => void }> {
    const key = tailKey(storage.id, line);
    let entry = this.#tails.get(key);
    if (entry === undefined || entry.tail.failure !== undefined) {
      entry = {
        tail: new ClusterTail(storage, line, { logger: this.#logger, rest: (worked) => this.#rest(storage.id, worked) }),
        users: 0,
        linger: undefined,
      };
      this.#tails.set(key, entry);
    }
    clearTimeout(entry.linger);
    entry.users += 1;
    const joined = entry;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      joined.tail.unsubscribe(subscriber);
      joined.users -= 1;
      if (joined.users === 0) this.#lingerThenStop(key, joined);
    };
    try {
      return { revision: await entry.tail.subscribe(subscriber), leave };
    } catch (error) {
      leave();
      if (this.#tails.get(key) === joined) this.#tails.delete(key);
      throw error;
    }
  }

  #lingerThenStop(key: string, entry: { tail: ClusterTail; users: number; linger: NodeJS.Timeout | undefined }): void {
    entry.linger = setTimeout(() => {
      if (entry.users > 0) return;
      if (this.#tails.get(key) === entry) this.#tails.delete(key);
      void entry.tail[Symbol.asyncDispose]();
    }, lingerMilliseconds);
    entry.linger.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const entries = [...this.#tails.values()];
    this.#tails.clear();
    for (const entry of entries) clearTimeout(entry.linger);
    await Promise.all(entries.map(({ tail }) => tail[Symbol.asyncDispose]()));
  }
}

function tailKey(cluster: ClusterId, line: Line): string {
  return `${cluster} ${line}`;
}
