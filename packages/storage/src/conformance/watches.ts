import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { StorageEngine } from '../engine.ts';
import { ClusterGoneError, ExpiredError, FutureRevisionError } from '../storage.ts';
import { changesAfter, create, newCluster, remove, revisionsOf, type Subject, update, widget, widgets, written } from './harness.ts';

/** Watches, and the volatile line. */
export function watchConformance(engine: () => StorageEngine, forgetHistory: Subject['forgetHistory']): void {
  describe('watches', () => {
    it('tell every change after a revision, in order, with what was before', async () => {
      const storage = await newCluster(engine());
      const from = await storage.revision();
      const object = widget('a', { labels: { v: '1' }, fields: { f: '1' } });
      const changed = { ...object, body: '{"v":2}', labels: { v: '2' }, stamp: { version: 'v2', schemaHash: 'h2' } };
      const one = await written(storage, create(object));
      const two = await written(storage, update(changed, one));
      const three = await written(storage, remove(changed, two, '{"last":true}'));
      const changes = await changesAfter(storage, from, 3);
      expect(changes).toMatchObject([
        { type: 'create', revision: one, previous: from, object: { ...object, revision: one } },
        {
          type: 'update',
          revision: two,
          previous: one,
          object: { ...changed, revision: two },
          before: { body: object.body, labels: object.labels, fields: object.fields, revision: one },
        },
        {
          type: 'delete',
          revision: three,
          previous: two,
          object: { ...changed, body: '{"last":true}', revision: three },
          before: { body: changed.body, labels: changed.labels, revision: two },
        },
      ]);
      expect(changes[0]?.before).toBeUndefined();
      expect(await changesAfter(storage, one, 2)).toEqual(changes.slice(1));
    });

    it('deliver live, to all watchers, with the operations of a set in order', async () => {
      const storage = await newCluster(engine());
      const from = await storage.revision();
      const watching = Promise.all([changesAfter(storage, from, 200), changesAfter(storage, from, 200)]);
      await sleep(50);
      for (let round = 0; round < 10; round += 1) {
        await Promise.all(
          Array.from({ length: 10 }, async (_, n) =>
            revisionsOf(await storage.write([create(widget(`w-${round}-${n}-a`)), create(widget(`w-${round}-${n}-b`))])),
          ),
        );
      }
      const [one, two] = await watching;
      expect(one).toEqual(two);
      expect(one?.map(({ revision }) => revision)).toEqual(Array.from({ length: 200 }, (_, n) => from + 1 + n));
      for (let n = 0; n < 200; n += 2) expect(one?.[n + 1]?.object.name).toBe(one?.[n]?.object.name.replace(/a$/, 'b'));
    });

    it('end with their signal, waiting or not begun', async () => {
      const storage = await newCluster(engine());
      const stop = new AbortController();
      const batches: unknown[] = [];
      const watching = (async () => {
        for await (const batch of storage.watch({ from: 1, signal: stop.signal })) batches.push(batch);
      })();
      await sleep(50);
      stop.abort();
      await watching;
      for await (const batch of storage.watch({ from: 1, signal: stop.signal })) batches.push(batch);
      expect(batches).toEqual([]);
    });

    it('refuse revisions before the log and after the present', async () => {
      const storage = await newCluster(engine());
      const first = await written(storage, create(widget('a')));
      await written(storage, create(widget('b')));
      const last = await written(storage, create(widget('c')));
      await expect(changesAfter(storage, last + 1, 1)).rejects.toThrow(FutureRevisionError);
      await forgetHistory();
      await expect(changesAfter(storage, first, 1)).rejects.toThrow(ExpiredError);
      const next = changesAfter(storage, last, 1);
      const revision = await written(storage, create(widget('d')));
      expect(await next).toMatchObject([{ revision, previous: last }]);
    });

    it('end when their cluster is deleted', async () => {
      const storage = await newCluster(engine());
      await written(storage, create(widget('a')));
      const watching = changesAfter(storage, await storage.revision(), 1);
      const ended = watching.catch((error: unknown) => error);
      await sleep(50);
      await engine().clusters.delete(storage.id);
      expect(await ended).toBeInstanceOf(ClusterGoneError);
    });
  });

  describe('the volatile line', () => {
    const event = (name: string) => widget(name, { group: 'events.k8s.io', resource: 'events' });
    const lease = (namespace: string, name: string) => widget(name, { group: 'coordination.k8s.io', resource: 'leases', namespace });

    it('counts for itself', async () => {
      const storage = await newCluster(engine());
      const durable = await storage.revision();
      const from = await storage.revision('volatile');
      const object = event('e');
      const revision = await written(storage, create(object));
      expect(revision).toBeGreaterThan(from);
      expect(await storage.revision('volatile')).toBe(revision);
      expect(await storage.revision()).toBe(durable);
      expect(await storage.get(object)).toEqual({ ...object, revision });
      expect(await storage.count({ group: 'events.k8s.io', resource: 'events' })).toMatchObject({ objects: 1 });
      const second = await written(storage, update({ ...object, body: '{}' }, revision));
      expect(await changesAfter(storage, from, 2, 'volatile')).toMatchObject([
        { type: 'create', revision },
        { type: 'update', revision: second, previous: revision },
      ]);
      const page = await storage.list({ group: 'events.k8s.io', resource: 'events', revision });
      expect(page).toMatchObject({ revision, objects: [{ body: object.body }] });
      await written(storage, remove(object, second));
      expect(await storage.get(object)).toBeUndefined();
    });

    it('holds the leases of nodes, and lists of leases show both lines', async () => {
      const storage = await newCluster(engine());
      const durable = await written(storage, create(lease('default', 'election')));
      for (const name of ['node-1', 'node-2']) await written(storage, create(lease('kube-node-lease', name)));
      await written(storage, create(lease('zoo', 'keeper')));
      expect(await storage.revision()).toBe(durable + 1);
      const leases = { group: 'coordination.k8s.io', resource: 'leases' };
      const all = ['default/election', 'kube-node-lease/node-1', 'kube-node-lease/node-2', 'zoo/keeper'];
      expect((await storage.list(leases)).objects.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(all);
      expect((await storage.list({ ...leases, namespace: 'kube-node-lease' })).objects).toHaveLength(2);
      const paged: string[] = [];
      for (let after: ReturnType<typeof lease> | { namespace: string; name: string } | undefined, more = true; more;) {
        const page = await storage.list({ ...leases, limit: 1, ...(after === undefined ? {} : { after }) });
        paged.push(...page.objects.map(({ namespace, name }) => `${namespace}/${name}`));
        after = page.next;
        more = after !== undefined;
      }
      expect(paged).toEqual(all);
    });
  });

  it('a change is seen by lists no later than by watches', async () => {
    const storage = await newCluster(engine());
    const from = await storage.revision();
    const writing = Promise.all(Array.from({ length: 50 }, (_, n) => storage.write([create(widget(`w-${n}`))])));
    const stop = new AbortController();
    for await (const batch of storage.watch({ from, signal: stop.signal })) {
      const listed = await storage.list(widgets);
      expect(listed.revision).toBeGreaterThanOrEqual(batch.revision);
      expect(listed.objects).toHaveLength(listed.revision - from);
      if (batch.revision === from + 50) stop.abort();
    }
    await writing;
  });
}
