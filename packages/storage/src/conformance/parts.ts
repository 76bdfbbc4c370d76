import { newClusterId, newUid } from '@kajitori/apimachinery';
import { describe, expect, it } from 'vitest';
import type { StorageEngine } from '../engine.ts';
import { ExpiredError } from '../storage.ts';
import { create, newCluster, type Subject, update, widget, written } from './harness.ts';

const renewal = { durationSeconds: 60, wakeup: { key: 'holder', inSeconds: 3600 } };

/** What lies beside the objects: fences, cursors, wake-ups, occurrences, data keys. */
export function partConformance(engine: () => StorageEngine, forgetHistory: Subject['forgetHistory']): void {
  describe('fences', () => {
    it('are held by one, and a new holder shuts the old one out', async () => {
      const storage = await newCluster(engine());
      const { fences } = engine();
      const old = await fences.acquire(storage.id, 'lease', 'a', 60);
      if (old === undefined) throw new Error('the fence was free');
      expect(old.expiresAt.getTime()).toBeGreaterThan(Date.now() + 30_000);
      expect(await fences.acquire(storage.id, 'lease', 'b', 60)).toBeUndefined();
      expect(await fences.renew('lease', new Map([[storage.id, old.epoch]]), renewal)).toEqual(new Set([storage.id]));
      const object = widget('a');
      const { revisions } = (await storage.write([create(object)], { fence: old })) as { revisions: number[] };
      await fences.release(storage.id, old);
      const fresh = await fences.acquire(storage.id, 'lease', 'b', 60);
      expect(fresh?.epoch).toBeGreaterThan(old.epoch);
      expect(await storage.write([update(object, revisions[0] ?? 0)], { fence: old })).toEqual({ refused: 'fenced' });
      expect(await storage.write([update(object, revisions[0] ?? 0)], { fence: { name: 'never', epoch: 1 } })).toEqual({
        refused: 'fenced',
      });
      expect(await fences.renew('lease', new Map([[storage.id, old.epoch]]), renewal)).toEqual(new Set());
      expect('revisions' in (await storage.write([update(object, revisions[0] ?? 0)], { fence: fresh }))).toBe(true);
    });

    it('are renewed together, each with the wake-up that rings when its holder dies', async () => {
      const { fences, wakeups } = engine();
      const [mine, also, foreign] = [await newCluster(engine()), await newCluster(engine()), await newCluster(engine())];
      const short = await Promise.all([mine, also].map(({ id }) => fences.acquire(id, 'lease', 'a', 0.2)));
      const other = await fences.acquire(foreign.id, 'lease', 'b', 60);
      const epochs = new Map([
        [mine.id, short[0]?.epoch ?? 0],
        [also.id, short[1]?.epoch ?? 0],
        [foreign.id, (other?.epoch ?? 0) - 1],
        [newClusterId(), 1],
      ]);
      expect(await fences.renew('other', epochs, renewal)).toEqual(new Set());
      const ringing = { ...renewal, wakeup: { key: 'holder', inSeconds: 0 } };
      expect(await fences.renew('lease', epochs, ringing)).toEqual(new Set([mine.id, also.id]));
      const due = (await wakeups.takeDue(1_000, 60)).filter(({ key }) => key === 'holder').map(({ cluster }) => cluster);
      expect(due).toEqual(expect.arrayContaining([mine.id, also.id]));
      expect(due).not.toContain(foreign.id);
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(await fences.acquire(mine.id, 'lease', 'b', 60)).toBeUndefined();
    });

    it('fall to another when they expire', async () => {
      const storage = await newCluster(engine());
      const old = await engine().fences.acquire(storage.id, 'lease', 'a', 0);
      const fresh = await engine().fences.acquire(storage.id, 'lease', 'b', 60);
      expect(fresh?.epoch).toBe((old?.epoch ?? 0) + 1);
    });

    it('give one of many who ask at once', async () => {
      const storage = await newCluster(engine());
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => engine().fences.acquire(storage.id, 'lease', `holder-${n}`, 60)),
      );
      expect(answers.filter((fence) => fence !== undefined)).toHaveLength(1);
    });
  });

  describe('dispatch', () => {
    it('finds what is behind, from birth on', async () => {
      const { dispatch } = engine();
      const consumer = `consumer-${newUid()}`;
      await dispatch.register(consumer);
      await dispatch.register(consumer);
      const storage = await newCluster(engine());
      const own = async () => (await dispatch.dirty(consumer, 1_000)).find(({ cluster }) => cluster === storage.id);
      const born = await storage.revision();
      expect(await own()).toEqual({ cluster: storage.id, cursor: 0, head: born });
      await dispatch.advance(consumer, storage.id, born);
      expect(await own()).toBeUndefined();
      const head = await written(storage, create(widget('a')));
      expect(await own()).toEqual({ cluster: storage.id, cursor: born, head });
      expect((await dispatch.changes(storage.id, born)).changes).toMatchObject([{ type: 'create', revision: head, previous: born }]);
      expect(await dispatch.changes(storage.id, head)).toEqual({ changes: [], revision: head });
      await dispatch.advance(consumer, storage.id, head);
      await dispatch.advance(consumer, storage.id, born);
      expect(await dispatch.cursor(consumer, storage.id)).toBe(head);
      const after = await newCluster(engine());
      expect((await dispatch.dirty(consumer, 1)).length).toBe(1);
      const later = await dispatch.dirty(consumer, 1_000, after.id);
      expect(later.every(({ cluster }) => cluster > after.id)).toBe(true);
    });

    it('keeps what a consumer has not passed', async () => {
      const { dispatch } = engine();
      const consumer = `consumer-${newUid()}`;
      await dispatch.register(consumer);
      const storage = await newCluster(engine());
      const born = await storage.revision();
      await dispatch.advance(consumer, storage.id, born);
      const head = await written(storage, create(widget('a')));
      await forgetHistory();
      expect((await dispatch.changes(storage.id, born)).revision).toBe(head);
      for (const { cluster, head: newest } of await dispatch.dirty(consumer, 10_000)) await dispatch.advance(consumer, cluster, newest);
    });

    it('says when a cursor is from before the log', async () => {
      const storage = await newCluster(engine());
      await written(storage, create(widget('a')));
      await expect(engine().dispatch.changes(storage.id, 0)).rejects.toThrow(ExpiredError);
    });
  });

  describe('wake-ups', () => {
    const past = (seconds: number) => new Date(Date.now() - seconds * 1000);
    const future = (seconds: number) => new Date(Date.now() + seconds * 1000);
    const takeOwn = async (id: string, retrySeconds = 60) =>
      (await engine().wakeups.takeDue(1_000, retrySeconds))
        .filter(({ cluster }) => cluster === id)
        .map(({ key, dueAt }) => ({ key, dueAt }));

    it('ring when they are due, once, until they are deleted', async () => {
      const { id } = await newCluster(engine());
      const { wakeups } = engine();
      const dueAt = past(1);
      await wakeups.set(id, 'job/a', dueAt, 'earliest');
      await wakeups.set(id, 'job/b', future(60), 'earliest');
      expect((await wakeups.nextAt())?.getTime()).toBeLessThanOrEqual(dueAt.getTime());
      expect(await takeOwn(id)).toEqual([{ key: 'job/a', dueAt }]);
      expect(await takeOwn(id)).toEqual([]);
      await wakeups.delete(id, 'job/a', dueAt);
      await wakeups.set(id, 'job/c', dueAt, 'earliest');
      expect(await takeOwn(id, 0)).toEqual([{ key: 'job/c', dueAt }]);
      expect(await takeOwn(id)).toEqual([{ key: 'job/c', dueAt }]);
      await wakeups.delete(id, 'job/c');
      await wakeups.delete(id, 'job/b');
    });

    it('keep the earliest, or are replaced', async () => {
      const { id } = await newCluster(engine());
      const { wakeups } = engine();
      const [early, late] = [past(20), past(10)];
      await wakeups.set(id, 'k', late, 'earliest');
      await wakeups.set(id, 'k', early, 'earliest');
      await wakeups.set(id, 'k', late, 'earliest');
      expect(await takeOwn(id)).toEqual([{ key: 'k', dueAt: early }]);
      await wakeups.set(id, 'k', late, 'replace');
      expect(await takeOwn(id)).toEqual([{ key: 'k', dueAt: late }]);
      await wakeups.delete(id, 'k', late);
    });

    it('do not lose what is set while one is being handled', async () => {
      const { id } = await newCluster(engine());
      const { wakeups } = engine();
      const [first, second] = [past(20), past(10)];
      await wakeups.set(id, 'k', first, 'earliest');
      expect(await takeOwn(id)).toEqual([{ key: 'k', dueAt: first }]);
      await wakeups.set(id, 'k', second, 'earliest');
      await wakeups.delete(id, 'k', first);
      expect(await takeOwn(id)).toEqual([{ key: 'k', dueAt: second }]);
      await wakeups.delete(id, 'k', second);
      expect(await takeOwn(id)).toEqual([]);
    });

    it('go with their cluster, and none is set for one that is gone', async () => {
      const { id } = await newCluster(engine());
      await engine().wakeups.set(id, 'k', past(1), 'earliest');
      await engine().clusters.delete(id);
      await engine().wakeups.set(id, 'k', past(1), 'earliest');
      expect(await takeOwn(id)).toEqual([]);
    });
  });

  describe('occurrences', () => {
    it('are scheduled by one and settled once', async () => {
      const { id } = await newCluster(engine());
      const { occurrences } = engine();
      const uid = newUid();
      const [first, second, third] = [0, 1, 2].map((minute) => new Date(Date.UTC(2026, 0, 1, 0, minute))) as [Date, Date, Date];
      const made = await Promise.all(Array.from({ length: 5 }, () => occurrences.schedule(id, uid, first)));
      expect(made.filter(Boolean)).toHaveLength(1);
      expect(await occurrences.settle(id, uid, first, { state: 'started', detail: 'job-1' })).toBe(true);
      expect(await occurrences.settle(id, uid, first, { state: 'missed', detail: 'late' })).toBe(false);
      expect(await occurrences.settle(id, uid, second, { state: 'skipped', detail: 'Forbid' })).toBe(true);
      expect(await occurrences.schedule(id, uid, second)).toBe(false);
      await occurrences.schedule(id, uid, third);
      const list = await occurrences.list(id, uid, { limit: 10 });
      expect(list.map(({ scheduledAt, state, detail }) => [scheduledAt, state, detail])).toEqual([
        [third, 'scheduled', ''],
        [second, 'skipped', 'Forbid'],
        [first, 'started', 'job-1'],
      ]);
      expect(await occurrences.list(id, uid, { limit: 1, before: third })).toMatchObject([{ scheduledAt: second }]);
      expect(await occurrences.list(id, newUid(), { limit: 1 })).toEqual([]);
      await occurrences.prune(id, uid, 1);
      expect(await occurrences.list(id, uid, { limit: 10 })).toMatchObject([{ scheduledAt: third }]);
      await occurrences.prune(id, uid, 0);
      expect(await occurrences.list(id, uid, { limit: 10 })).toEqual([]);
    });
  });

  describe('data keys', () => {
    it('have a number that is taken once', async () => {
      const { id } = await newCluster(engine());
      const { dataKeys } = engine();
      const answers = await Promise.all(['a', 'b'].map((wrapped) => dataKeys.add(id, { number: 1, wrapped })));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await dataKeys.add(id, { number: 2, wrapped: 'c' })).toBe(true);
      expect((await dataKeys.list(id)).map(({ number }) => number)).toEqual([1, 2]);
      await dataKeys.deleteBelow(id, 2);
      expect(await dataKeys.list(id)).toEqual([{ number: 2, wrapped: 'c' }]);
      expect(await dataKeys.list(newClusterId())).toEqual([]);
    });
  });
}
