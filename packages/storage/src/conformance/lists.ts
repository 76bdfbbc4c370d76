import { type LabelSelector, parseFieldSelector, parseLabelSelector } from '@kajitori/apimachinery';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StorageEngine } from '../engine.ts';
import { type ClusterStorage, ExpiredError, FutureRevisionError, type ListOptions, type StoredObject } from '../storage.ts';
import { create, newCluster, remove, type Subject, update, widget, widgets, written } from './harness.ts';

/** Lists: order, pages, selectors, and pages of a revision that has passed. */
export function listConformance(engine: () => StorageEngine, forgetHistory: Subject['forgetHistory']): void {
  const names = async (storage: ClusterStorage, options: Partial<ListOptions>): Promise<string[]> =>
    (await storage.list({ ...widgets, ...options })).objects.map(({ namespace, name }) => `${namespace}/${name}`);

  async function allPages(storage: ClusterStorage, options: ListOptions): Promise<StoredObject[]> {
    const first = await storage.list(options);
    const objects = [...first.objects];
    for (let { next } = first; next !== undefined;) {
      const page = await storage.list({ ...options, revision: first.revision, after: next });
      expect(page.revision).toBe(first.revision);
      objects.push(...page.objects);
      next = page.next;
    }
    return objects;
  }

  describe('lists', () => {
    let storage: ClusterStorage;
    beforeAll(async () => {
      storage = await newCluster(engine());
      for (const [place, labels, node] of [
        ['b/two', { app: 'web', tier: 'front' }, 'node-1'],
        ['a/one', { app: 'web' }, ''],
        ['b/One', { app: 'db', size: '12' }, 'node-2'],
        ['b/one', { size: '3' }, 'node-1'],
        ['c/one', { app: 'web', canary: '' }, 'node-1'],
      ] as const) {
        const [namespace = '', name = ''] = place.split('/');
        const fields: Record<string, string> = node === '' ? {} : { 'spec.nodeName': node };
        await written(storage, create(widget(name, { namespace, labels, fields })));
      }
      await written(storage, create(widget('one', { resource: 'gadgets' })));
      await written(storage, create(widget('one', { group: 'other.example.com' })));
    });

    it('come in byte order of namespace and name', async () => {
      expect(await names(storage, {})).toEqual(['a/one', 'b/One', 'b/one', 'b/two', 'c/one']);
      expect(await names(storage, { namespace: 'b' })).toEqual(['b/One', 'b/one', 'b/two']);
      expect(await names(storage, { namespace: 'none' })).toEqual([]);
      expect((await storage.list({ group: 'none', resource: 'none' })).revision).toBe(await storage.revision());
    });

    it('give one name', async () => {
      expect(await names(storage, { namespace: 'b', name: 'one' })).toEqual(['b/one']);
      expect(await names(storage, { name: 'one' })).toEqual(['a/one', 'b/one', 'c/one']);
      expect(await names(storage, { namespace: 'b', name: 'on' })).toEqual([]);
    });

    it('come in pages that say what follows', async () => {
      const first = await storage.list({ ...widgets, limit: 2 });
      expect(first.objects.map(({ name }) => name)).toEqual(['one', 'One']);
      expect(first).toMatchObject({ next: { namespace: 'b', name: 'One' }, remaining: 3, revision: await storage.revision() });
      const last = await storage.list({ ...widgets, limit: 3, after: { namespace: 'b', name: 'One' }, revision: first.revision });
      expect(last.objects.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['b/one', 'b/two', 'c/one']);
      expect(last.next).toBeUndefined();
      expect((await storage.list({ ...widgets, namespace: 'b', limit: 1, after: { namespace: 'a', name: 'z' } })).objects[0]?.name).toBe(
        'One',
      );
      expect((await storage.list({ ...widgets, namespace: 'b', after: { namespace: 'c', name: 'a' } })).objects).toEqual([]);
    });

    it('come in pages of so many bytes, each of one object at least', async () => {
      const seen: string[] = [];
      let after: ListOptions['after'];
      for (let pages = 0; pages < 10; pages += 1) {
        const page = await storage.list({ ...widgets, bytesMax: 1, ...(after === undefined ? {} : { after }) });
        seen.push(...page.objects.map(({ namespace, name }) => `${namespace}/${name}`));
        expect(page.objects.length).toBeLessThanOrEqual(1);
        expect(page.remaining).toBeUndefined();
        after = page.next;
        if (after === undefined) break;
        expect(page.full).toBe(true);
      }
      expect(seen).toEqual(['a/one', 'b/One', 'b/one', 'b/two', 'c/one']);
      const large = await storage.list({ ...widgets, bytesMax: 1_000_000 });
      expect(large.objects.length).toBe(5);
      expect(large).not.toHaveProperty('next');
    });

    it('end by their limit before they end by their bytes', async () => {
      const page = await storage.list({ ...widgets, limit: 2, bytesMax: 1_000_000 });
      expect(page).toMatchObject({ next: { namespace: 'b', name: 'One' }, remaining: 3 });
      expect(page.full).toBeUndefined();
      const short = await storage.list({ ...widgets, limit: 2, bytesMax: 1 });
      expect(short).toMatchObject({ next: { namespace: 'a', name: 'one' }, full: true });
      const last = await storage.list({ ...widgets, limit: 1, bytesMax: 1, after: { namespace: 'b', name: 'two' } });
      expect(last.objects.map(({ name }) => name)).toEqual(['one']);
      expect(last.next).toBeUndefined();
    });

    it.each([
      ['app=web', ['a/one', 'b/two', 'c/one']],
      ['app=web,tier=front', ['b/two']],
      ['app in (web,db)', ['a/one', 'b/One', 'b/two', 'c/one']],
      ['app!=web', ['b/One', 'b/one']],
      ['app notin (web,db)', ['b/one']],
      ['app', ['a/one', 'b/One', 'b/two', 'c/one']],
      ['!app', ['b/one']],
      ['size>3', ['b/One']],
      ['canary=', ['c/one']],
      ['app=web,app=db', []],
    ])('select by labels: %s', async (text, expected) => {
      const labels: LabelSelector = parseLabelSelector(text);
      expect(await names(storage, { labels })).toEqual(expected);
      expect((await allPages(storage, { ...widgets, labels, limit: 1 })).map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(
        expected,
      );
      const page = await storage.list({ ...widgets, labels, limit: 1 });
      expect(page.remaining).toBeUndefined();
    });

    it.each([
      ['spec.nodeName=node-1', ['b/one', 'b/two', 'c/one']],
      ['spec.nodeName!=node-1', ['a/one', 'b/One']],
      ['spec.nodeName=', ['a/one']],
      ['spec.nodeName!=', ['b/One', 'b/one', 'b/two', 'c/one']],
    ])('select by fields: %s', async (text, expected) => {
      expect(await names(storage, { fields: parseFieldSelector(text) })).toEqual(expected);
    });
  });

  describe('lists at a revision', () => {
    it('stay what they were while the objects change', async () => {
      const storage = await newCluster(engine());
      const objects = Array.from({ length: 40 }, (_, n) =>
        widget(`w-${String(n).padStart(2, '0')}`, { labels: { even: String(n % 2 === 0) } }),
      );
      for (const object of objects) await written(storage, create(object));
      const before = await storage.list(widgets);
      const at = before.revision;
      for (const [n, { revision, ...object }] of before.objects.entries()) {
        if (n % 4 === 0) await written(storage, remove(object, revision));
        if (n % 4 === 1) await written(storage, update({ ...object, body: '{"changed":1}', labels: {} }, revision));
        if (n % 8 === 0) await written(storage, create({ ...object, body: '{"again":1}' }));
        if (n % 4 === 2) await written(storage, create(widget(`${object.name}-new`)));
        if (n % 8 === 1) {
          const current = await storage.get(object);
          await written(storage, update({ ...object, body: '{"changed":2}' }, current?.revision ?? 0));
        }
      }
      expect((await storage.list({ ...widgets, revision: at })).objects).toEqual(before.objects);
      expect(await allPages(storage, { ...widgets, limit: 7, revision: at })).toEqual(before.objects);
      const even = before.objects.filter(({ labels }) => labels['even'] === 'true');
      expect(await allPages(storage, { ...widgets, limit: 7, revision: at, labels: parseLabelSelector('even=true') })).toEqual(even);
      expect(await allPages(storage, { ...widgets, limit: 7, revision: at, labels: parseLabelSelector('even!=false') })).toEqual(even);
    });

    it('are refused before the log and after the present', async () => {
      const storage = await newCluster(engine());
      const first = await written(storage, create(widget('a')));
      const last = await written(storage, create(widget('b')));
      await expect(storage.list({ ...widgets, revision: last + 1 })).rejects.toThrow(FutureRevisionError);
      expect((await storage.list({ ...widgets, revision: first })).objects).toHaveLength(1);
      await forgetHistory();
      await expect(storage.list({ ...widgets, revision: first })).rejects.toThrow(ExpiredError);
      expect((await storage.list({ ...widgets, revision: last })).objects).toHaveLength(2);
    });
  });
}
