import { newClusterId, newUid } from '@kajitori/apimachinery';
import { describe, expect, it } from 'vitest';
import type { StorageEngine } from '../engine.ts';
import { ClusterGoneError, isRefusal } from '../storage.ts';
import { create, newCluster, remove, revisionsOf, update, widget, widgets, written } from './harness.ts';

/** Writing and reading single objects, sets, limits, fences on writes, and the walls between clusters. */
export function objectConformance(engine: () => StorageEngine, bytesOf: (body: string) => number): void {
  describe('objects', () => {
    it('are read as they were written', async () => {
      const storage = await newCluster(engine());
      const birth = await storage.birth();
      const born = await storage.count();
      const object = widget('a', {
        body: JSON.stringify({ text: `quotes " and ' and \\ and \n and 舵取り and 🚢 and \\u0000`, long: 'x'.repeat(100_000) }),
        labels: { 'example.com/tier': 'front', empty: '' },
        fields: { 'spec.nodeName': 'node-1' },
      });
      expect(await storage.get(object)).toBeUndefined();
      const revision = await written(storage, create(object));
      expect(revision).toBe(birth.revision + 1);
      expect(await storage.get(object)).toEqual({ ...object, revision });
      expect(await storage.revision()).toBe(revision);
      expect(await storage.count()).toEqual({ objects: born.objects + 1, bytes: born.bytes + bytesOf(object.body) });
      expect(await storage.count(widgets)).toEqual({ objects: 1, bytes: bytesOf(object.body) });
      expect(await storage.count({ group: '', resource: 'pods' })).toEqual({ objects: 0, bytes: 0 });
    });

    it('are told by their revisions', async () => {
      const storage = await newCluster(engine());
      const [first, second] = [widget('a'), widget('b')];
      expect(await storage.revisions(widgets)).toEqual([]);
      const made = await written(storage, create(first));
      const other = await written(storage, create(second));
      const changed = await written(storage, update({ ...first, body: '{"n":2}' }, made));
      const { namespace } = first;
      expect((await storage.revisions(widgets)).toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
        { namespace, name: 'a', revision: changed },
        { namespace, name: 'b', revision: other },
      ]);
      await written(storage, remove(first, changed));
      expect(await storage.revisions(widgets)).toEqual([{ namespace, name: 'b', revision: other }]);
    });

    it('are told by the resources that there are any of', async () => {
      const storage = await newCluster(engine());
      const born = await storage.resources();
      expect(born.revision).toBe(await storage.revision());
      expect(born.resources.every(({ asBorn }) => asBorn)).toBe(true);
      const gadget = { ...widget('g'), resource: 'gadgets' };
      const made = await written(storage, create(gadget));
      for (const name of ['a', 'b']) await written(storage, create(widget(name)));
      const present = await storage.resources();
      expect(present.revision).toBe(await storage.revision());
      const added = present.resources.filter(({ asBorn }) => !asBorn).map(({ group, resource }) => `${group}/${resource}`);
      expect(added.toSorted()).toEqual([`${gadget.group}/gadgets`, `${widgets.group}/${widgets.resource}`].toSorted());
      await written(storage, remove(gadget, made));
      expect((await storage.resources()).resources.some(({ resource }) => resource === 'gadgets')).toBe(false);
    });

    it('are created once', async () => {
      const storage = await newCluster(engine());
      const object = widget('a');
      await written(storage, create(object));
      expect(await storage.write([create({ ...object, uid: newUid() })])).toEqual({ refused: 'exists' });
      expect((await storage.get(object))?.uid).toBe(object.uid);
    });

    it('are updated and deleted only at the revision that the writer saw', async () => {
      const storage = await newCluster(engine());
      const object = widget('a');
      const missing = widget('missing');
      const born = await storage.count();
      const first = await written(storage, create(object));
      const second = await written(storage, update({ ...object, body: '{"n":2}' }, first));
      expect(await storage.write([update(object, first)])).toEqual({ refused: 'conflict', current: second });
      expect(await storage.write([remove(object, first)])).toEqual({ refused: 'conflict', current: second });
      expect(await storage.write([update({ ...object, uid: newUid() }, second)])).toEqual({ refused: 'conflict', current: second });
      expect(await storage.write([update(missing, 1)])).toEqual({ refused: 'notFound' });
      expect(await storage.write([remove(missing, 1)])).toEqual({ refused: 'notFound' });
      const third = await written(storage, remove(object, second));
      expect(third).toBe(second + 1);
      expect(await storage.get(object)).toBeUndefined();
      expect(await storage.count()).toEqual(born);
      expect(await written(storage, create(object))).toBe(third + 1);
    });

    it('give every accepted write a revision of its own, without holes', async () => {
      const storage = await newCluster(engine());
      const from = await storage.revision();
      const outcomes = await Promise.all(Array.from({ length: 300 }, (_, n) => storage.write([create(widget(`w-${n}`))])));
      const revisions = outcomes.flatMap(revisionsOf).sort((a, b) => a - b);
      expect(revisions).toEqual(Array.from({ length: 300 }, (_, n) => from + 1 + n));
      expect((await storage.list(widgets)).objects).toHaveLength(300);
    });

    it('let one of many writers of one revision win', async () => {
      const storage = await newCluster(engine());
      const object = widget('a');
      let revision = await written(storage, create(object));
      for (let round = 0; round < 5; round += 1) {
        const expected = revision;
        const bodies = Array.from({ length: 20 }, (_, n) => `{"round":${round},"writer":${n}}`);
        const outcomes = await Promise.all(bodies.map((body) => storage.write([update({ ...object, body }, expected)])));
        const won = outcomes.flatMap((outcome, n) => (isRefusal(outcome) ? [] : [n]));
        expect(won).toHaveLength(1);
        const stored = await storage.get(object);
        expect(stored?.body).toBe(bodies[won[0] ?? -1]);
        revision = stored?.revision ?? 0;
      }
    });
  });

  describe('sets', () => {
    it('are applied whole, in order', async () => {
      const storage = await newCluster(engine());
      const [a, b, c] = [widget('a'), widget('b'), widget('c')];
      const [revisionA] = revisionsOf(await storage.write([create(a)]));
      const revisions = revisionsOf(await storage.write([create(b), update({ ...a, body: '{}' }, revisionA ?? 0), create(c)]));
      expect(revisions).toEqual([1, 2, 3].map((step) => (revisionA ?? 0) + step));
    });

    it('are refused whole, with the first reason', async () => {
      const storage = await newCluster(engine());
      const [a, b] = [widget('a'), widget('b')];
      const revision = await written(storage, create(a));
      expect(await storage.write([create(b), update(a, revision + 7), update(widget('none'), 1)])).toEqual({
        refused: 'conflict',
        current: revision,
      });
      expect(await storage.get(b)).toBeUndefined();
      expect(await storage.revision()).toBe(revision);
    });

    it('do not fail their neighbours', async () => {
      const storage = await newCluster(engine());
      const a = widget('a');
      await written(storage, create(a));
      const outcomes = await Promise.all([
        storage.write([create(widget('b')), create(widget('c'))]),
        storage.write([create(widget('d')), create(a)]),
        storage.write([create(widget('e'))]),
      ]);
      expect(outcomes.map(isRefusal)).toEqual([false, true, false]);
      expect((await storage.list(widgets)).objects.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'e']);
    });

    it('are rejected when no driver could apply them', async () => {
      const storage = await newCluster(engine());
      const a = widget('a');
      await expect(storage.write([])).rejects.toThrow(TypeError);
      await expect(storage.write([create(a), remove(a, 1)])).rejects.toThrow(TypeError);
      await expect(storage.write([create(a), create(widget('e', { group: '', resource: 'events' }))])).rejects.toThrow(TypeError);
    });
  });

  describe('limits', () => {
    it('are exact for objects, also among writes that come together', async () => {
      const storage = await newCluster(engine(), { objectsMax: 5 });
      const outcomes = await Promise.all(Array.from({ length: 12 }, (_, n) => storage.write([create(widget(`w-${n}`))])));
      const refusals = outcomes.filter(isRefusal);
      expect(refusals).toHaveLength(7);
      expect(refusals[0]).toEqual({ refused: 'limit', limit: 'a cluster holds at most 5 objects' });
      expect(await storage.count(widgets)).toMatchObject({ objects: 5 });
      const [kept] = (await storage.list({ ...widgets, limit: 1 })).objects;
      if (kept === undefined) throw new Error('nothing was kept');
      await written(storage, remove(kept, kept.revision));
      await written(storage, create(widget('again')));
    });

    it('hold for bytes, and let a full cluster shrink', async () => {
      const storage = await newCluster(engine(), { bytesMax: 1_000 });
      const object = widget('a', { body: 'x'.repeat(500) });
      const revision = await written(storage, create(object));
      expect(await storage.write([update({ ...object, body: 'x'.repeat(1_001) }, revision)])).toEqual({
        refused: 'limit',
        limit: 'the objects of a cluster hold at most 1000 bytes',
      });
      await written(storage, update({ ...object, body: 'x'.repeat(400) }, revision));
      expect(await storage.count(widgets)).toEqual({ objects: 1, bytes: bytesOf('x'.repeat(400)) });
    });
  });

  describe('clusters', () => {
    it('see nothing of one another', async () => {
      const [one, two] = [await newCluster(engine()), await newCluster(engine())];
      const object = widget('a');
      const revision = await written(one, create(object));
      expect(await two.get(object)).toBeUndefined();
      expect((await two.list(widgets)).objects).toEqual([]);
      expect(await two.write([update(object, revision)])).toEqual({ refused: 'notFound' });
      expect(await two.count(widgets)).toEqual({ objects: 0, bytes: 0 });
      await written(two, create({ ...object, body: '{"two":true}' }));
      expect((await one.get(object))?.body).toBe(object.body);
    });

    it('are made once', async () => {
      const { id } = await newCluster(engine(), { overlayVersion: 3 });
      expect(await engine().clusters.create(id)).toBe(false);
      expect((await engine().cluster(id).birth()).overlayVersion).toBe(3);
    });

    it('are gone after their deletion, and it may be repeated', async () => {
      const storage = await newCluster(engine());
      await Promise.all(Array.from({ length: 20 }, (_, n) => storage.write([create(widget(`w-${n}`))])));
      await engine().clusters.delete(storage.id);
      expect(await storage.write([create(widget('late'))])).toEqual({ refused: 'clusterGone' });
      expect(await storage.get(widget('w-1'))).toBeUndefined();
      await expect(storage.list(widgets)).rejects.toThrow(ClusterGoneError);
      await expect(storage.revision()).rejects.toThrow(ClusterGoneError);
      await expect(engine().fences.acquire(storage.id, 'x', 'me', 10)).rejects.toThrow(ClusterGoneError);
      await engine().clusters.delete(storage.id);
      await engine().clusters.delete(newClusterId());
      expect(await engine().clusters.deleting(10)).toEqual([]);
    });
  });
}
