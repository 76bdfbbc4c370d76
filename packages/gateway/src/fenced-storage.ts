import { type Fence, isRefusal, type Storage } from '@kajitori/storage';

/** A storage whose every write carries a fence: once a newer session of the node has taken it, nothing of this one is written any more. */
export function fencedStorage(storage: Storage, fence: Fence, onFenced: () => void): Storage {
  return {
    cluster(id) {
      const cluster = storage.cluster(id);
      return {
        id,
        get: (key) => cluster.get(key),
        list: (options) => cluster.list(options),
        count: (of) => cluster.count(of),
        revisions: (of) => cluster.revisions(of),
        revision: (line) => cluster.revision(line),
        birth: () => cluster.birth(),
        watch: (options) => cluster.watch(options),
        async write(set, options) {
          const outcome = await cluster.write(set, { ...options, fence });
          if (isRefusal(outcome) && outcome.refused === 'fenced') onFenced();
          return outcome;
        },
      };
    },
    // The storage below belongs to the process.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
