import type { ClusterId } from '@kajitori/apimachinery';
import type { ClusterStorage, Fence, Storage } from '@kajitori/storage';

/** A storage whose writes carry a fence: once another process holds the lease, nothing that this one still writes comes through. */
export function fencedStorage(storage: Storage, fence: Fence): Storage {
  return {
    cluster: (id) => fenced(storage.cluster(id), fence),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function fenced(storage: ClusterStorage, fence: Fence): ClusterStorage {
  const id: ClusterId = storage.id;
  return {
    id,
    get: (key) => storage.get(key),
    list: (options) => storage.list(options),
    count: (resource) => storage.count(resource),
    revision: (line) => storage.revision(line),
    birth: () => storage.birth(),
    watch: (options) => storage.watch(options),
    write: (set, options) => storage.write(set, { ...options, fence }),
  };
}
