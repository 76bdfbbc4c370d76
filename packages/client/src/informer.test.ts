import { expired, type KubeObject, parseLabelSelector } from '@kajitori/apimachinery';
import { expect, test } from 'vitest';
import type { ListQuery, ListResult, ResourceClient, WatchEvent } from './client.ts';
import { Informer, type InformerEvent } from './informer.ts';

interface Thing extends KubeObject {
  value?: number;
}

/** A kind in memory that answers lists and watches as the API does; its watches can be cut. */
class ThingServer {
  readonly #objects = new Map<string, Thing>();
  readonly #log: { revision: number; event: WatchEvent<Thing> }[] = [];
  revision = 1;
  lists = 0;
  #wake = Promise.withResolvers<void>();
  #cut: Error | undefined;

  readonly client = {
    list: async (_namespace: string, query: ListQuery = {}): Promise<ListResult<Thing>> => {
      this.lists += 1;
      const all = [...this.#objects.values()];
      const from = Number(query.continue ?? 0);
      const to = from + (query.limit ?? all.length);
      return { items: all.slice(from, to), resourceVersion: String(this.revision), ...(to < all.length ? { continue: String(to) } : {}) };
    },
    watch: (_namespace: string, query: ListQuery & { resourceVersion: string; signal: AbortSignal }) => this.#watch(query),
  } as unknown as ResourceClient<Thing>;

  set(name: string, value: number, owner?: string): number {
    const old = this.#objects.get(name);
    const object = thing(name, value, ++this.revision, owner);
    this.#objects.set(name, object);
    this.#push({ type: old === undefined ? 'ADDED' : 'MODIFIED', object });
    return this.revision;
  }

  delete(name: string): void {
    const old = this.#objects.get(name);
    if (old === undefined) return;
    this.#objects.delete(name);
    this.revision += 1;
    this.#push({ type: 'DELETED', object: { ...old, metadata: { ...old.metadata, resourceVersion: String(this.revision) } } });
  }

  cut(error: Error): void {
    this.#cut = error;
    this.#log.length = 0;
    this.#ring();
  }

  #push(event: WatchEvent<Thing>): void {
    this.#log.push({ revision: this.revision, event });
    this.#ring();
  }

  #ring(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }

  async *#watch({ resourceVersion, signal }: { resourceVersion: string; signal: AbortSignal }): AsyncGenerator<WatchEvent<Thing>> {
    let from = Number(resourceVersion);
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    for (;;) {
      if (signal.aborted) return;
      if (this.#cut !== undefined) {
        const error = this.#cut;
        this.#cut = undefined;
        throw error;
      }
      const { promise } = this.#wake;
      for (const { revision, event } of this.#log.filter((one) => one.revision > from)) {
        from = revision;
        yield event;
      }
      await Promise.race([promise, stopped]);
    }
  }
}

function thing(name: string, value: number, revision: number, owner?: string): Thing {
  const ownerReferences = owner === undefined ? undefined : [{ apiVersion: 'v1', kind: 'Owner', name: owner, uid: owner }];
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, labels: { name }, resourceVersion: String(revision), ownerReferences },
    value,
  };
}

const shown = (event: InformerEvent<Thing>): string =>
  `${event.type} ${event.object.metadata.name}${'initial' in event && event.initial ? ' initially' : ''}`;
const never = new AbortController().signal;

test('shows the list, then each change, and tells of them in order', async () => {
  const server = new ThingServer();
  server.set('a', 1);
  await using informer = new Informer({ client: server.client });
  const events: string[] = [];
  informer.onChange((event) => events.push(shown(event)));
  await informer.start().synced;
  server.set('b', 1);
  server.set('a', 2);
  server.delete('b');
  await informer.reached(server.revision, never);
  expect(events).toEqual(['added a initially', 'added b', 'updated a', 'deleted b']);
  expect(informer.list().map(({ value }) => value)).toEqual([2]);
});

test('finds by namespace, label and owner', async () => {
  const server = new ThingServer();
  server.set('a', 1, 'owner-1');
  server.set('b', 1, 'owner-1');
  await using informer = new Informer({ client: server.client });
  await informer.start().synced;
  expect(informer.ownedBy('owner-1').map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  await informer.reached(server.set('a', 1, 'owner-2'), never);
  expect(informer.ownedBy('owner-1').map(({ metadata }) => metadata.name)).toEqual(['b']);
  expect(informer.list('default', parseLabelSelector('name=a'))).toHaveLength(1);
  expect(informer.list('elsewhere')).toEqual([]);
  expect(informer.get('default', 'b')?.value).toBe(1);
});

test('lists again when the log no longer reaches back, and tells only of differences', async () => {
  const server = new ThingServer();
  server.set('same', 1);
  server.set('changed', 1);
  server.set('gone', 1);
  await using informer = new Informer({ client: server.client });
  await informer.start().synced;
  const events: string[] = [];
  informer.onChange((event) => events.push(shown(event)));
  server.set('changed', 2);
  server.delete('gone');
  server.set('new', 1);
  server.cut(expired());
  await informer.reached(server.revision, never);
  expect(new Set(events)).toEqual(new Set(['updated changed', 'deleted gone', 'added new']));
  expect(server.lists).toBe(2);
});

test('mends a watch that breaks for another reason, and says so', async () => {
  const server = new ThingServer();
  const errors: unknown[] = [];
  await using informer = new Informer({ client: server.client, onError: (error) => errors.push(error) });
  await informer.start().synced;
  server.cut(new Error('connection lost'));
  await informer.reached(server.set('a', 1), never);
  expect(informer.get('default', 'a')?.value).toBe(1);
  expect(errors).toHaveLength(1);
});

test('reads long lists page by page', async () => {
  const server = new ThingServer();
  for (let index = 0; index < 1_201; index += 1) server.set(String(index), index);
  await using informer = new Informer({ client: server.client });
  await informer.start().synced;
  expect([informer.size, server.lists]).toEqual([1_201, 3]);
});

test('keeps of an object what it is told to', async () => {
  const server = new ThingServer();
  server.set('a', 1);
  await using informer = new Informer<Thing>({
    client: server.client,
    keep: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
  });
  await informer.start().synced;
  expect(informer.get('default', 'a')?.value).toBeUndefined();
});

test('waiting ends with its signal, and a closed informer is not waited for', async () => {
  const server = new ThingServer();
  const informer = new Informer({ client: server.client });
  await informer.start().synced;
  await expect(informer.reached(1_000_000, AbortSignal.timeout(10))).rejects.toThrow(/timeout/);
  await informer[Symbol.asyncDispose]();
});

test('rests where there is nothing, and watches from there at the first change', async () => {
  const server = new ThingServer();
  await using informer = new Informer({ client: server.client });
  const events: string[] = [];
  informer.onChange((event) => events.push(shown(event)));
  informer.rest(server.revision, { empty: true });
  await informer.synced;
  informer.unchanged(7);
  server.revision = 7;
  expect([informer.isResting, informer.revision, informer.size, server.lists]).toEqual([true, 7, 0, 0]);
  server.set('a', 1);
  informer.start();
  await informer.reached(server.revision, never);
  expect([informer.isResting, server.lists]).toEqual([false, 0]);
  expect(events).toEqual(['added a']);
});

test('rests over what concerns nobody, and lists at the first change', async () => {
  const server = new ThingServer();
  server.set('a', 1);
  await using informer = new Informer({ client: server.client });
  const events: string[] = [];
  informer.onChange((event) => events.push(shown(event)));
  informer.rest(server.revision, { empty: false });
  expect([informer.size, server.lists]).toEqual([0, 0]);
  await informer.start().synced;
  expect([informer.size, server.lists]).toEqual([1, 1]);
  expect(events).toEqual(['added a initially']);
});

test('comes to a write of unknown outcome from its rest', async () => {
  const server = new ThingServer();
  await using informer = new Informer({ client: server.client });
  informer.rest(server.revision, { empty: true });
  server.set('a', 1);
  await informer.refresh(never);
  expect(informer.get('default', 'a')?.value).toBe(1);
});
