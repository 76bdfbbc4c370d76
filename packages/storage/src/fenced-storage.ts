import { type ClusterStorage, type Fence, isRefusal, type Storage } from './storage.ts';

/**
 * A storage whose writes carry a fence: once another process holds the lease, nothing that this one still writes comes through, and
 * `onFenced` is told.
 */
export function fencedStorage(storage: Storage, fence: Fence, onFenced: () => void): Storage {
  return {
    cluster: (id) => fenced(storage.cluster(id), fence, onFenced),
    // The storage below belongs to the process.
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function fenced(storage: ClusterStorage, fence: Fence, onFenced: () => void): ClusterStorage {
  return {
    id: storage.id,
    get: (key) => storage.get(key),
    list: (options) => storage.list(options),
    count: (resource) => storage.count(resource),
    revisions: (resource) => storage.revisions(resource),
    resources: () => storage.resources(),
    revision: (line) => storage.revision(line),
    birth: () => storage.birth(),
    watch: (options) => storage.watch(options),
    async write(set, options) {
      const outcome = await storage.write(set, { ...options, fence });
      if (isRefusal(outcome) && outcome.refused === 'fenced') onFenced();
      return outcome;
    },
  };
}
