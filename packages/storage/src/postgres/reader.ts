import type { ClusterId } from '@kajitori/apimachinery';
import { listPage, type PageSource, type Scan, type Scanned } from '../pages.ts';
import { rangeOf } from '../selection.ts';
import {
  type Birth,
  type ChangeBatch,
  ClusterGoneError,
  ExpiredError,
  FutureRevisionError,
  type Line,
  type ListOptions,
  lineOf,
  type ObjectKey,
  type ObjectRevision,
  type Page,
  type PresentResources,
  type Revision,
  type StoredObject,
} from '../storage.ts';
import { type Database, textArray, translated } from './database.ts';
import { type ChangeRow, changeOf, type ListRow, type ObjectRow, objectOf } from './rows.ts';

/** Bytes of bodies that one call may answer; one object more than that is still answered. */
const scanBytesMax = 8 * 1024 * 1024;
const changesMax = 500;

/** The reads of one cluster. Every call is one statement that binds itself to the cluster: no transaction stays open. */
export class Reader implements PageSource {
  readonly #database: Database;
  readonly #cluster: ClusterId;

  constructor(database: Database, cluster: ClusterId) {
    this.#database = database;
    this.#cluster = cluster;
  }

  async get(key: ObjectKey): Promise<StoredObject | undefined> {
    const { group, resource, namespace, name } = key;
    const [row] = await this.#database.repeatable('get', (sql) =>
      lineOf(key) === 'durable'
        ? sql<ObjectRow[]>`SELECT * FROM storage.durable_get(${this.#cluster}, ${group}, ${resource}, ${namespace}, ${name})`
        : sql<ObjectRow[]>`SELECT * FROM storage.volatile_get(${this.#cluster}, ${group}, ${resource}, ${namespace}, ${name})`,
    );
    return row === undefined ? undefined : objectOf(key, row);
  }

  list(options: ListOptions): Promise<Page> {
    return listPage(this, options);
  }

  async scan({ line, group, resource, range: { from, to }, selection, limit, bytesMax = scanBytesMax, revision }: Scan): Promise<Scanned> {
    const labels = JSON.stringify(selection.labels);
    const fields = JSON.stringify(selection.fields);
    const bytesWanted = Math.min(bytesMax, scanBytesMax);
    const rows = await this.#database
      .repeatable('list', (sql) => {
        const select = [
          this.#cluster,
          group,
          resource,
          from.namespace,
          from.name,
          to.namespace,
          to.name,
          labels,
          textArray(selection.present),
          textArray(selection.absent),
          fields,
          limit,
          bytesWanted,
        ];
        const at = revision === undefined ? [] : [revision];
        return sql.unsafe<ListRow[]>(scanStatements[line][at.length === 0 ? 'newest' : 'at'], [...select, ...at], { prepare: true });
      })
      .catch((error: unknown) => {
        throw translated(error, this.#cluster, revision ?? 0);
      });
    const [first] = rows;
    if (first === undefined) throw new ClusterGoneError(this.#cluster);
    const objects = rows.flatMap((row) =>
      row.name === null ? [] : [objectOf({ group, resource, namespace: row.namespace, name: row.name }, row)],
    );
    const bytes = objects.reduce((sum, { body }) => sum + body.length, 0);
    // Characters are no more than bytes: a page that the bytes ended has at least a third of them in characters.
    return { objects, head: first.head, more: objects.length >= limit || bytes * 3 >= bytesWanted };
  }

  async countRange({ line, group, resource, range: { from, to } }: Pick<Scan, 'line' | 'group' | 'resource' | 'range'>): Promise<number> {
    return (await this.#count(line, group, resource, { from, to }, false)).objects;
  }

  async #count(
    line: Line,
    group: string,
    resource: string,
    { from, to }: Scan['range'],
    withBytes: boolean,
  ): Promise<{ objects: number; bytes: number }> {
    const [row] = await this.#database.repeatable('count', (sql) =>
      line === 'durable'
        ? sql<
            { objects: number; bytes: number }[]
          >`SELECT * FROM storage.durable_count(${this.#cluster}, ${group}, ${resource}, ${from.namespace}, ${from.name}, ${to.namespace}, ${to.name}, ${withBytes})`
        : sql<
            { objects: number; bytes: number }[]
          >`SELECT * FROM storage.volatile_count(${this.#cluster}, ${group}, ${resource}, ${from.namespace}, ${from.name}, ${to.namespace}, ${to.name}, ${withBytes})`,
    );
    return row === undefined ? { objects: 0, bytes: 0 } : { objects: row.objects, bytes: row.bytes };
  }

  async count(of?: { group: string; resource: string }): Promise<{ objects: number; bytes: number }> {
    if (of === undefined) {
      const { objects, bytes } = await this.#head();
      return { objects, bytes };
    }
    const all = rangeOf({});
    const [durable, volatile] = await Promise.all([
      this.#count('durable', of.group, of.resource, all, true),
      this.#count('volatile', of.group, of.resource, all, true),
    ]);
    return { objects: durable.objects + volatile.objects, bytes: durable.bytes + volatile.bytes };
  }

  async revisions({ group, resource }: { group: string; resource: string }): Promise<ObjectRevision[]> {
    const rows = await this.#database.repeatable(
      'revisions',
      (sql) => sql<ObjectRevision[]>`SELECT * FROM storage.durable_revisions(${this.#cluster}, ${group}, ${resource})`,
    );
    return [...rows];
  }

  async resources(): Promise<PresentResources> {
    const rows = await this.#database.repeatable(
      'resources',
      (sql) =>
        sql<
          { revision: Revision; api_group: string | null; resource: string | null }[]
        >`SELECT * FROM storage.durable_resources(${this.#cluster})`,
    );
    const [first] = rows;
    if (first === undefined) throw new ClusterGoneError(this.#cluster);
    const resources = rows.flatMap(({ api_group: group, resource }) =>
      group === null || resource === null ? [] : [{ group, resource, asBorn: false }],
    );
    return { revision: first.revision, resources };
  }

  async revision(line: Line = 'durable'): Promise<Revision> {
    return (await this.#head())[line];
  }

  async birth(): Promise<Birth> {
    const { born_at: at, overlay_version: overlayVersion } = await this.#head();
    return { at, revision: birthRevision, overlayVersion };
  }

  async #head(): Promise<HeadRow> {
    const [row] = await this.#database.repeatable('head', (sql) => sql<HeadRow[]>`SELECT * FROM storage.head(${this.#cluster})`);
    if (row === undefined) throw new ClusterGoneError(this.#cluster);
    return row;
  }

  /** What follows a revision, in order, as much as one call may answer; empty when nothing does. @throws as Watcher.watch does. */
  /** What follows a revision, up to a limit; `head`: the newest revision that there was. */
  async changes(from: Revision, line: Line): Promise<ChangeBatch & { head: Revision }> {
    const rows = await this.#database.repeatable('changes', (sql) =>
      line === 'durable'
        ? sql<ChangeRow[]>`SELECT * FROM storage.durable_changes(${this.#cluster}, ${from}, ${changesMax}, ${scanBytesMax})`
        : sql<ChangeRow[]>`SELECT * FROM storage.volatile_changes(${this.#cluster}, ${from}, ${changesMax}, ${scanBytesMax})`,
    );
    const [first] = rows;
    if (first === undefined) throw new ClusterGoneError(this.#cluster);
    if (first.head < from) throw new FutureRevisionError(from, first.head);
    const changes = first.previous === null ? [] : rows.map(changeOf);
    let revision = from;
    for (const change of changes) {
      if (change.previous !== revision) throw new ExpiredError(`revision ${from} is no longer in the log`);
      revision = change.revision;
    }
    if (changes.length === 0 && first.head > from) throw new ExpiredError(`revision ${from} is no longer in the log`);
    return { changes, revision, head: first.head };
  }
}

/** A cluster's revision before anything was written. */
export const birthRevision: Revision = 1;

interface HeadRow {
  durable: Revision;
  volatile: Revision;
  objects: number;
  bytes: number;
  born_at: Date;
  overlay_version: number;
}

const scanStatements = {
  durable: {
    newest:
      'SELECT * FROM storage.durable_list($1,$2,$3,$4,$5,$6,$7,$8::text::jsonb,$9::text::text[],$10::text::text[],$11::text::jsonb,$12,$13)',
    at: 'SELECT * FROM storage.durable_list_at($1,$2,$3,$4,$5,$6,$7,$8::text::jsonb,$9::text::text[],$10::text::text[],$11::text::jsonb,$12,$13,$14)',
  },
  volatile: {
    newest:
      'SELECT * FROM storage.volatile_list($1,$2,$3,$4,$5,$6,$7,$8::text::jsonb,$9::text::text[],$10::text::text[],$11::text::jsonb,$12,$13)',
    at: 'SELECT * FROM storage.volatile_list_at($1,$2,$3,$4,$5,$6,$7,$8::text::jsonb,$9::text::text[],$10::text::text[],$11::text::jsonb,$12,$13,$14)',
  },
} as const;
