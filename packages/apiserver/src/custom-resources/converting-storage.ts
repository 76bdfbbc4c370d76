import { apiVersionOf, type KubeObject } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import type { Change, ClusterStorage, NewObject, Operation, StoredObject } from '@kajitori/storage';
import { bodyOf } from '../registry/item.ts';
import { keyOf } from '../registry/stored.ts';
import type { Convert } from './conversion-webhook.ts';

/**
 * A cluster's storage as one version of a kind sees it whose versions a webhook converts: rows of that kind come out in this version and go
 * in as the version that is stored. All other rows pass through. What comes out says that it must be brought up to date, by which it is pruned
 * and defaulted.
 */
export function convertingStorage(storage: ClusterStorage, kind: Kind, convert: Convert): ClusterStorage {
  const conversion = new Conversion(storage, kind, convert);
  const converting: ClusterStorage = {
    id: storage.id,
    get: async (key) => {
      const found = await storage.get(key);
      return found === undefined ? undefined : (await conversion.rows([found]))[0];
    },
    list: async (options) => {
      const page = await storage.list(options);
      return { ...page, objects: await conversion.rows(page.objects) };
    },
    count: (of) => storage.count(of),
    revisions: (of) => storage.revisions(of),
    resources: () => storage.resources(),
    revision: (line) => storage.revision(line),
    birth: () => storage.birth(),
    write: async (set, options) => storage.write(await Promise.all(set.map((operation) => conversion.operation(operation))), options),
    async *watch(options) {
      for await (const { changes, revision } of storage.watch(options)) yield { changes: await conversion.changes(changes), revision };
    },
  };
  conversions.set(converting, { storage, changes: (changes) => conversion.changes(changes) });
  return converting;
}

interface Converted {
  storage: ClusterStorage;
  changes(changes: readonly Change[]): Promise<Change[]>;
}

const conversions = new WeakMap<ClusterStorage, Converted>();

/** What lies behind a storage that converts, for feeds that all versions share; undefined for any other. */
export function conversionOf(storage: ClusterStorage): Converted | undefined {
  return conversions.get(storage);
}

type Row = Pick<StoredObject, 'group' | 'resource' | 'body' | 'labels' | 'stamp'>;

class Conversion {
  readonly #storage: ClusterStorage;
  readonly #kind: Kind;
  readonly #convert: Convert;

  constructor(storage: ClusterStorage, kind: Kind, convert: Convert) {
    this.#storage = storage;
    this.#kind = kind;
    this.#convert = convert;
  }

  rows<R extends Row>(rows: readonly R[]): Promise<R[]> {
    return this.#into(this.#kind.version, rows);
  }

  async changes(changes: readonly Change[]): Promise<Change[]> {
    const objects = await this.rows(changes.map(({ object }) => object));
    const before = await this.rows(
      changes.flatMap((change) => (change.before === undefined ? [] : [{ ...change.object, ...change.before }])),
    );
    let at = 0;
    return changes.map((change, index) => {
      const object = objects[index] ?? change.object;
      if (change.before === undefined) return { ...change, object };
      const { body, labels } = before[at++] ?? change.before;
      return { ...change, object, before: { ...change.before, body, labels } };
    });
  }

  async operation(operation: Operation): Promise<Operation> {
    const { stored } = this.#kind.custom?.conversion ?? { stored: this.#kind.version };
    if (operation.type !== 'delete') {
      const [object] = await this.#into<NewObject>(stored, [operation.object]);
      return object === undefined ? operation : { ...operation, object };
    }
    if (operation.body === undefined) return operation;
    const stamp = { version: this.#kind.version, schemaHash: '' };
    const [last] = await this.#into(stored, [{ ...operation.key, body: operation.body, labels: {}, stamp }]);
    return { ...operation, body: last?.body ?? operation.body };
  }

  /** Those of the kind that are in another version, by one question to the webhook. */
  async #into<R extends Row>(version: string, rows: readonly R[]): Promise<R[]> {
    const { group, resource } = keyOf(this.#kind, '', '');
    const wanted = apiVersionOf({ group, version });
    const others = rows.flatMap((row, at) => {
      if (row.group !== group || row.resource !== resource) return [];
      const object = JSON.parse(row.body) as KubeObject;
      return object.apiVersion === wanted ? [] : [{ row, at, object }];
    });
    const converted = await this.#convert(
      this.#storage.id,
      this.#kind,
      others.map(({ object }) => object),
      version,
    );
    const result = [...rows];
    for (const [index, { row, at }] of others.entries()) {
      const object = converted[index];
      if (object === undefined) continue;
      const body = bodyOf({ ...this.#kind, version }, object);
      result[at] = { ...row, body, labels: object.metadata.labels ?? {}, stamp: { version, schemaHash: '' } };
    }
    return result;
  }
}
