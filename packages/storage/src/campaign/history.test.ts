import { beforeEach, describe, expect, it } from 'vitest';
import { create, newCluster, update, widget, widgets } from '../conformance/harness.ts';
import { openMemoryStorage } from '../memory/memory-storage.ts';
import type { Change, Page } from '../storage.ts';
import { changesAfter } from '../conformance/harness.ts';
import { History } from './history.ts';

/** The judge of the campaign must be able to say no. */
describe('the judgement over a history', () => {
  let history: History;
  let final: Page;
  let log: Change[];

  beforeEach(async () => {
    const storage = await newCluster(openMemoryStorage());
    history = new History();
    const [a, b] = [widget('a', { body: '1' }), widget('b', { body: '2' })];
    for (const set of [[create(a)], [create(b)], [update({ ...a, body: '3' }, 2)]])
      history.writes.push({ set, outcome: await storage.write(set) });
    history.reads.push(...(await storage.list(widgets)).objects);
    const older = await storage.list({ ...widgets, revision: 2 });
    history.lists.push({ revision: 2, objects: older.objects, resource: widgets });
    log = await changesAfter(storage, 1, 3);
    history.watches.push(log, structuredClone(log));
    final = await storage.list(widgets);
  });
  const judge = (): void => history.judge(1, 4, final.objects);

  it('accepts a sound one', () => expect(judge).not.toThrow());

  it('finds a gap', () => {
    for (const watched of history.watches) watched.splice(1, 1);
    expect(judge).toThrow('a gap or a wrong order');
  });

  it('finds a wrong order', () => {
    for (const watched of history.watches) watched.reverse();
    expect(judge).toThrow('a gap or a wrong order');
  });

  it('finds a lost write', () => {
    const { set } = history.writes[2] ?? { set: [] };
    history.writes.push({ set, outcome: { revisions: [5] } });
    expect(judge).toThrow('an acknowledged write is lost');
  });

  it('finds a phantom', () => {
    const [first] = history.writes;
    if (first !== undefined) first.outcome = { refused: 'exists' };
    expect(judge).toThrow('nobody asked for');
  });

  it('finds a wrong list, read and final state', () => {
    history.lists.push({ revision: 3, objects: [], resource: widgets });
    expect(judge).toThrow('list at 3 differs');
    history.lists.pop();
    history.reads.push({ ...widget('a', { body: '9' }), revision: 2 });
    expect(judge).toThrow('no change explains');
    history.reads.pop();
    final.objects.pop();
    expect(judge).toThrow('final state differs');
  });
});
