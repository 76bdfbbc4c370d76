import type { ClusterId } from '@kajitori/apimachinery';
import { lineOfSet } from '../keys.ts';
import { listPage, type PageSource } from '../pages.ts';
import { rangeOf } from '../selection.ts';
import {
  type Applied,
  type Birth,
  type ChangeBatch,
  ClusterGoneError,
  type ClusterStorage,
  type Fence,
  type Line,
  type ListOptions,
  lineOf,
  type ObjectKey,
  type ObjectRevision,
  type Operation,
  type Page,
  type PresentResources,
  type Refusal,
  type Revision,
  type StoredObject,
  type WriteOptions,
} from '../storage.ts';
import type { Wake } from '../wake.ts';
import { MemoryLine } from './memory-line.ts';

const birthRevision = 1;
const changesMax = 500;

/** What a cluster is in memory. */
export class MemoryCluster {
  readonly durable = new MemoryLine(birthRevision);
  readonly volatile = new MemoryLine(birthRevision);
  readonly birth: Birth;
  readonly limits: { objects: number; bytes: number };

  constructor(at: Date, overlayVersion: number, limits: { objects: number; bytes: number }) {
    this.birth = { at, revision: birthRevision, overlayVersion };
    this.limits = limits;
  }
}

/** One cluster as its users see it; looks the state up with every call, so that a deleted cluster is gone at once. */
export class MemoryClusterStorage implements ClusterStorage, PageSource {
  readonly id: ClusterId;
  readonly #find: () => MemoryCluster | undefined;
  readonly #holds: (fence: Fence) => boolean;
  readonly #wake: Wake;

  constructor(id: ClusterId, parts: { find: () => MemoryCluster | undefined; holds: (fence: Fence) => boolean; wake: Wake }) {
    this.id = id;
    this.#find = parts.find;
    this.#holds = parts.holds;
    this.#wake = parts.wake;
  }

  #cluster(): MemoryCluster {
    const cluster = this.#find();
    if (cluster === undefined) throw new ClusterGoneError(this.id);
    return cluster;
  }

  async get(key: ObjectKey): Promise<StoredObject | undefined> {
    return structuredClone(this.#find()?.[lineOf(key)].get(key));
  }

  list(options: ListOptions): Promise<Page> {
    return listPage(this, options);
  }

  async scan(scan: Parameters<PageSource['scan']>[0]): ReturnType<PageSource['scan']> {
    return this.#cluster()[scan.line].scan(scan);
  }

  async countRange(scan: Parameters<PageSource['countRange']>[0]): Promise<number> {
    return this.#cluster()[scan.line].countRange(scan).objects;
  }

  async revisions(of: { group: string; resource: string }): Promise<ObjectRevision[]> {
    return this.#cluster().durable.revisions(of);
  }

  async resources(): Promise<PresentResources> {
    const { durable } = this.#cluster();
    return { revision: durable.revision, resources: durable.resources() };
  }

  async count(of?: { group: string; resource: string }): Promise<{ objects: number; bytes: number }> {
    const { durable, volatile } = this.#cluster();
    const counts = [durable, volatile].map((line) => (of === undefined ? line : line.countRange({ ...of, range: rangeOf({}) })));
    return { objects: counts.reduce((sum, { objects }) => sum + objects, 0), bytes: counts.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  async revision(line: Line = 'durable'): Promise<Revision> {
    return this.#cluster()[line].revision;
  }

  async birth(): Promise<Birth> {
    return this.#cluster().birth;
  }

  async write(set: readonly Operation[], { fence }: WriteOptions = {}): Promise<Applied | Refusal> {
    const line = lineOfSet(set);
    const cluster = this.#find();
    if (cluster === undefined) return { refused: 'clusterGone' };
    if (fence !== undefined && !this.#holds(fence)) return { refused: 'fenced' };
    const outcome = cluster[line].apply(set, cluster.limits);
    if ('revisions' in outcome) this.#wake.ring(this.id, line, cluster[line].revision);
    return outcome;
  }

  async *watch({
    from,
    line = 'durable',
    signal,
  }: {
    from: Revision;
    line?: Line;
    signal: AbortSignal;
  }): AsyncGenerator<ChangeBatch, void, void> {
    let bell = Promise.withResolvers<void>();
    using _listening = this.#wake.listen(this.id, () => bell.resolve());
    const stop = (): void => bell.resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (let at = from; !signal.aborted;) {
        bell = Promise.withResolvers<void>();
        const batch = this.#cluster()[line].changes(at, changesMax);
        at = batch.revision;
        if (batch.changes.length > 0) yield batch;
        else await bell.promise;
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
