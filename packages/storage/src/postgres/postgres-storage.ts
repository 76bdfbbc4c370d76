import type { ClusterId } from '@kajitori/apimachinery';
import type { Clusters } from '../clusters.ts';
import type { ClusterStorage, Storage } from '../storage.ts';
import { LocalWake, type Wake } from '../wake.ts';
import { PostgresClusters } from './clusters.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { Reader } from './reader.ts';
import { Watchers } from './watcher.ts';
import { Writer } from './writer.ts';

export interface PostgresStorageOptions extends DatabaseOptions {
  /** How processes hear of one another's commits; absent: this process alone. It stays the caller's to dispose. */
  wake?: Wake;
}

export interface PostgresStorage extends Storage {
  readonly clusters: Clusters;
}

/** Opens the storage of a migrated database. Connects with the first call. */
export function openPostgresStorage({ wake = new LocalWake(), ...options }: PostgresStorageOptions): PostgresStorage {
  const database = new Database(options);
  const writer = new Writer(database, wake);
  const watchers = new Watchers(database, wake);
  return {
    clusters: new PostgresClusters(database),
    cluster: (id) => clusterStorage(id, new Reader(database, id), writer, watchers),
    async [Symbol.asyncDispose]() {
      await watchers[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function clusterStorage(id: ClusterId, reader: Reader, writer: Writer, watchers: Watchers): ClusterStorage {
  return {
    id,
    get: (key) => reader.get(key),
    list: (options) => reader.list(options),
    count: (of) => reader.count(of),
    revision: (line) => reader.revision(line),
    birth: () => reader.birth(),
    write: (set, options = {}) => writer.write(id, set, options),
    watch: ({ from, line = 'durable', signal }) => watchers.watch(id, from, line, signal),
  };
}
