import type { ClusterId } from '@kajitori/apimachinery';
import type { StorageEngine } from '../engine.ts';
import type { ClusterStorage } from '../storage.ts';
import { LocalWake, type Wake } from '../wake.ts';
import { PostgresClusters } from './clusters.ts';
import { PostgresDataKeys } from './data-keys.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { PostgresDispatch } from './dispatch.ts';
import { PostgresFences } from './fences.ts';
import { rotateLog } from './log-rotation.ts';
import { PostgresOccurrences } from './occurrences.ts';
import { Reader } from './reader.ts';
import { PostgresWakeups } from './wakeups.ts';
import { Watchers } from './watcher.ts';
import { Writer } from './writer.ts';

export interface PostgresStorageOptions extends DatabaseOptions {
  /** How processes hear of one another's commits; absent: this process alone. It stays the caller's to dispose. */
  wake?: Wake;
}

/** Opens the storage of a migrated database. Connects with the first call. */
export function openPostgresStorage({ wake = new LocalWake(), ...options }: PostgresStorageOptions): StorageEngine {
  const database = new Database(options);
  const writer = new Writer(database, wake);
  const watchers = new Watchers(database, wake);
  return {
    clusters: new PostgresClusters(database),
    fences: new PostgresFences(database),
    dispatch: new PostgresDispatch(database),
    wakeups: new PostgresWakeups(database),
    occurrences: new PostgresOccurrences(database),
    dataKeys: new PostgresDataKeys(database),
    cluster: (id) => clusterStorage(id, new Reader(database, id), writer, watchers),
    maintain: () => rotateLog(database),
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
    revisions: (of) => reader.revisions(of),
    resources: () => reader.resources(),
    revision: (line) => reader.revision(line),
    birth: () => reader.birth(),
    write: (set, options = {}) => writer.write(id, set, options),
    watch: ({ from, line = 'durable', signal }) => watchers.watch(id, from, line, signal),
  };
}
