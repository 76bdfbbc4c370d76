import { type Clock, type ClusterId, systemClock } from '@kajitori/apimachinery';
import { bytesMaxDefault, type Clusters, objectsMaxDefault } from '../clusters.ts';
import type { Dispatch } from '../dispatch.ts';
import type { StorageEngine } from '../engine.ts';
import { ClusterGoneError, type Revision } from '../storage.ts';
import { LocalWake, type Wake } from '../wake.ts';
import { MemoryCluster, MemoryClusterStorage } from './memory-cluster.ts';
import { MemoryDataKeys, MemoryFences, MemoryOccurrences, MemoryWakeups } from './memory-parts.ts';

export interface MemoryStorageOptions {
  clock?: Clock;
  wake?: Wake;
}

export interface MemoryStorage extends StorageEngine {
  /** Forgets all history that no consumer waits for, as rotation of the log does in time. */
  forgetHistory(): void;
}

const changesMax = 500;

/** A storage that lives as long as this object: for tests and simulation. History is kept until it is told to forget. */
export function openMemoryStorage({ clock = systemClock, wake = new LocalWake() }: MemoryStorageOptions = {}): MemoryStorage {
  const clusters = new Map<ClusterId, MemoryCluster>();
  const cursors = new Map<string, Map<ClusterId, Revision>>();
  const wakeups = new MemoryWakeups(clock, (cluster) => clusters.has(cluster));
  const fences = new MemoryFences(clock, wakeups);
  return {
    clusters: memoryClusters(clusters, clock, (id) => {
      wakeups.deleteCluster(id);
      for (const consumer of cursors.values()) consumer.delete(id);
      wake.ring(id, 'durable', Infinity);
    }),
    fences: {
      acquire: async (cluster, ...rest) => {
        if (!clusters.has(cluster)) throw new ClusterGoneError(cluster);
        return fences.acquire(cluster, ...rest);
      },
      renew: (...all) => fences.renew(...all),
      release: (...all) => fences.release(...all),
    },
    wakeups,
    occurrences: new MemoryOccurrences(clock),
    dataKeys: new MemoryDataKeys(),
    dispatch: memoryDispatch(clusters, cursors),
    cluster: (id) => new MemoryClusterStorage(id, { find: () => clusters.get(id), holds: (fence) => fences.holds(id, fence), wake }),
    maintain: async () => false,
    forgetHistory() {
      for (const [id, { durable, volatile }] of clusters) {
        durable.forget(Math.min(durable.revision, ...[...cursors.values()].map((consumer) => consumer.get(id) ?? 0)));
        volatile.forget(volatile.revision);
      }
    },
    async [Symbol.asyncDispose]() {
      clusters.clear();
    },
  };
}

function memoryClusters(clusters: Map<ClusterId, MemoryCluster>, clock: Clock, deleted: (id: ClusterId) => void): Clusters {
  return {
    async create(id, { overlayVersion = 0, objectsMax = objectsMaxDefault, bytesMax = bytesMaxDefault } = {}) {
      if (clusters.has(id)) return false;
      clusters.set(id, new MemoryCluster(clock.now(), overlayVersion, { objects: objectsMax, bytes: bytesMax }));
      return true;
    },
    async delete(id) {
      clusters.delete(id);
      deleted(id);
    },
    deleting: async () => [],
  };
}

function memoryDispatch(clusters: Map<ClusterId, MemoryCluster>, cursors: Map<string, Map<ClusterId, Revision>>): Dispatch {
  const cursor = (consumer: string, cluster: ClusterId): Revision => cursors.get(consumer)?.get(cluster) ?? 0;
  return {
    async register(consumer) {
      if (!cursors.has(consumer)) cursors.set(consumer, new Map());
    },
    async dirty(consumer, limit, after = '' as ClusterId) {
      return [...clusters]
        .map(([cluster, { durable }]) => ({ cluster, cursor: cursor(consumer, cluster), head: durable.revision }))
        .filter((dirty) => dirty.cluster > after && dirty.head > dirty.cursor)
        .sort((a, b) => (a.cluster < b.cluster ? -1 : 1))
        .slice(0, limit);
    },
    cursor: async (consumer, cluster) => cursor(consumer, cluster),
    async advance(consumer, cluster, to) {
      if (!clusters.has(cluster)) return;
      const own = cursors.get(consumer);
      if (own === undefined) throw new Error(`consumer ${consumer} is not registered`);
      own.set(cluster, Math.max(to, cursor(consumer, cluster)));
    },
    async changes(cluster, from) {
      const found = clusters.get(cluster);
      if (found === undefined) throw new ClusterGoneError(cluster);
      return found.durable.changes(from, changesMax);
    },
  };
}
