import { isStatusError, type KubeObject, type LabelSelector } from '@kajitori/apimachinery';
import type { ListQuery, ResourceClient, WatchEvent } from './client.ts';
import { ObjectStore } from './object-store.ts';

export type InformerEvent<T extends KubeObject> =
  /** `initial`: it was there before the informer started. */
  { type: 'added'; object: T; initial: boolean } | { type: 'updated'; object: T; old: T } | { type: 'deleted'; object: T };

export interface InformerOptions<T extends KubeObject> {
  client: ResourceClient<T>;
  /** Absent: all namespaces. */
  namespace?: string;
  query?: Pick<ListQuery, 'labelSelector' | 'fieldSelector'>;
  /** What is kept of each object: less than all of it, to save memory. */
  keep?: (object: T) => T;
  /** Hears of a lost watch, which the informer mends by itself. */
  onError?: (error: unknown) => void;
}

const pageSize = 500;
const retryBaseMilliseconds = 50;
const retryMaxMilliseconds = 10_000;

/**
 * A live copy of one kind of one cluster: a list, then a watch, and a list again when the watch cannot go on.
 * Where its owner knows what there is, it may rest until something changes, and asks the server for nothing.
 * Owns its store. Invariants: handlers hear every difference between one state of the store and the next, in order, after the store
 * shows it; and when `revision` is R, the store shows every change of this kind up to R.
 */
export class Informer<T extends KubeObject> implements AsyncDisposable {
  readonly #options: InformerOptions<T>;
  readonly #store = new ObjectStore<T>();
  readonly #stop = new AbortController();
  readonly #handlers = new Set<(event: InformerEvent<T>) => void>();
  #synced = settled();
  #waiters: { revision: number; resolve: () => void }[] = [];
  #revision = 0;
  #listed = false;
  /** The store shows all there is at `#revision`: a watch can go on from there without a list. */
  #complete = false;
  #relist = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: InformerOptions<T>) {
    this.#options = options;
  }

  /**
   * Shows nothing, as the state at a revision, and asks for nothing until it is started. `empty`: nothing is there, so that the start need
   * not list; otherwise what is there concerns nobody yet. Who lets it rest says by `unchanged` how far that holds, and starts it at
   * the first change.
   */
  rest(revision: number, { empty }: { empty: boolean }): void {
    this.#listed = true;
    this.#complete = empty;
    this.#advance(revision);
    this.#synced.resolve();
  }

  get isResting(): boolean {
    return this.#listed && this.#running === undefined;
  }

  /** Whether the store shows all there is, up to `revision`. */
  get showsAll(): boolean {
    return this.#listed && (this.#running !== undefined || this.#complete);
  }

  /** While it rests: nothing of its kind has changed up to this revision. */
  unchanged(revision: number): void {
    if (this.isResting) this.#advance(revision);
  }

  /** Starts to list and watch. Once. */
  start(): this {
    if (this.isResting && !this.#complete) {
      this.#listed = false;
      this.#synced = settled();
    }
    this.#running ??= this.#run();
    return this;
  }

  /** Resolves when the first list is in the store; rejects when the informer ends before. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get hasSynced(): boolean {
    return this.#listed;
  }

  /** Everything up to this revision of the cluster is in the store. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#store.size;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#store.get(namespace, name);
  }

  list(namespace?: string, selector?: LabelSelector): T[] {
    return this.#store.list(namespace, selector);
  }

  ownedBy(uid: string): T[] {
    return this.#store.ownedBy(uid);
  }

  /** Hears what changes from now on, and what the first list brings if it has not come yet. */
  onChange(handler: (event: InformerEvent<T>) => void): Disposable {
    this.#handlers.add(handler);
    return { [Symbol.dispose]: () => void this.#handlers.delete(handler) };
  }

  /** Resolves once the store shows everything up to a revision; rejects with the signal's reason. */
  async reached(revision: number, signal: AbortSignal): Promise<void> {
    if (this.#revision >= revision) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { revision, resolve };
    this.#waiters.push(waiter);
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiters = this.#waiters.filter((one) => one !== waiter);
    }
  }

  /** Reads everything anew: after a write whose outcome is unknown, say. Resolves when the store shows a state from after this call. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { resourceVersion } = await this.#options.client.list(this.#options.namespace ?? '', { ...this.#options.query, limit: 1 });
    if (this.#revision >= Number(resourceVersion)) return;
    this.#relist.abort();
    this.start();
    await this.reached(Number(resourceVersion), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#relist.abort();
    await this.#running;
    this.#handlers.clear();
  }

  async #run(): Promise<void> {
    let failures = 0;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#relist = new AbortController();
      try {
        if (!this.#complete) await this.#list();
        this.#complete = false;
        failures = 0;
        await this.#watch();
      } catch (error) {
        if (signal.aborted) break;
        if (isStatusError(error, 'Expired') && this.#listed && failures === 0) continue;
        this.#options.onError?.(error);
        failures += 1;
        await pause(Math.min(retryMaxMilliseconds, retryBaseMilliseconds * 2 ** failures), signal);
      }
    }
    if (!this.#listed) this.#synced.reject(new Error('the informer was closed before its first list'));
  }

  async #list(): Promise<void> {
    const { client, namespace = '', query } = this.#options;
    const found: T[] = [];
    let resourceVersion = '';
    let next: string | undefined;
    do {
      const page = await client.list(namespace, { ...query, limit: pageSize, ...(next === undefined ? {} : { continue: next }) });
      found.push(...page.items);
      ({ resourceVersion } = page);
      next = page.continue;
    } while (next !== undefined && next !== '');
    this.#replace(found, Number(resourceVersion));
  }

  #replace(objects: readonly T[], revision: number): void {
    const gone = new Map(this.#store.list().map((object) => [keyOf(object), object]));
    for (const object of objects) {
      const before = gone.get(keyOf(object));
      gone.delete(keyOf(object));
      if (before === undefined || before.metadata.resourceVersion !== object.metadata.resourceVersion) this.#put(object);
    }
    for (const object of gone.values()) this.#remove(object);
    this.#listed = true;
    this.#advance(revision);
    this.#synced.resolve();
  }

  async #watch(): Promise<void> {
    const { client, namespace = '', query } = this.#options;
    const signal = AbortSignal.any([this.#stop.signal, this.#relist.signal]);
    for (;;) {
      const events = client.watch(namespace, { ...query, resourceVersion: String(this.#revision), signal });
      for await (const event of events) this.#take(event);
      if (signal.aborted) return;
    }
  }

  #take(event: WatchEvent<T>): void {
    if (event.type === 'BOOKMARK') {
      this.#advance(Number(event.resourceVersion));
      return;
    }
    if (event.type === 'DELETED') this.#remove(event.object);
    else this.#put(event.object);
    this.#advance(Number(event.object.metadata.resourceVersion ?? 0));
  }

  #put(object: T): void {
    const kept = this.#options.keep?.(object) ?? object;
    const old = this.#store.set(kept);
    if (old !== undefined && old.metadata.uid !== kept.metadata.uid) {
      this.#tell({ type: 'deleted', object: old });
      this.#tell({ type: 'added', object: kept, initial: false });
    } else if (old === undefined) this.#tell({ type: 'added', object: kept, initial: !this.#listed });
    else this.#tell({ type: 'updated', object: kept, old });
  }

  #remove(object: T): void {
    const { namespace = '', name = '' } = object.metadata;
    if (this.#store.delete(namespace, name) !== undefined) this.#tell({ type: 'deleted', object: this.#options.keep?.(object) ?? object });
  }

  #tell(event: InformerEvent<T>): void {
    for (const handler of this.#handlers) handler(event);
  }

  #advance(revision: number): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    for (const { revision: wanted, resolve } of this.#waiters) if (wanted <= revision) resolve();
  }
}

/** Whoever waits for it sees a failure; when nobody does it is not unhandled. */
function settled(): PromiseWithResolvers<void> {
  const made = Promise.withResolvers<void>();
  made.promise.catch(() => undefined);
  return made;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
