import { describe, expect, it } from 'vitest';
import { GroupCommit, groupBytesMax, groupSetsMax, queueSetsMax, QueueFullError } from './group-commit.ts';

interface Item {
  key: string;
  bytes?: number;
  bad?: boolean;
}

function open() {
  const calls: { queue: string; keys: string[] }[] = [];
  const gates: (() => void)[] = [];
  const groups = new GroupCommit<Item, string>({
    async apply(queue, group) {
      calls.push({ queue, keys: group.map(({ key }) => key) });
      await new Promise<void>((resolve) => gates.push(resolve));
      if (group.some(({ bad }) => bad)) throw new Error('bad');
      return group.map(({ key }) => `${queue}:${key}`);
    },
    keysOf: ({ key }) => [key],
    bytesOf: ({ bytes = 1 }) => bytes,
  });
  const turn = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    for (const letGo of gates.splice(0)) letGo();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { groups, calls, turn };
}

describe('group commit', () => {
  it('sends together what comes together, and what comes meanwhile with the next call', async () => {
    const { groups, calls, turn } = open();
    const first = [groups.commit('q', { key: 'a' }), groups.commit('q', { key: 'b' })];
    await turn().catch(() => {});
    const second = [groups.commit('q', { key: 'c' }), groups.commit('other', { key: 'c' })];
    await turn();
    await turn();
    expect(await Promise.all([...first, ...second])).toEqual(['q:a', 'q:b', 'q:c', 'other:c']);
    expect(calls).toEqual([
      { queue: 'q', keys: ['a', 'b'] },
      { queue: 'q', keys: ['c'] },
      { queue: 'other', keys: ['c'] },
    ]);
  });

  it('puts a key into a group once, in order', async () => {
    const { groups, calls, turn } = open();
    const all = ['a', 'b', 'a', 'c', 'a'].map((key) => groups.commit('q', { key }));
    for (let n = 0; n < 3; n += 1) await turn();
    await Promise.all(all);
    expect(calls.map(({ keys }) => keys)).toEqual([['a', 'b', 'c'], ['a'], ['a']]);
  });

  it('bounds a group by count and by bytes, and lets one large set go alone', async () => {
    const { groups, calls, turn } = open();
    const all = Array.from({ length: groupSetsMax + 1 }, (_, n) => groups.commit('many', { key: `k${n}` }));
    for (let n = 0; n < 2; n += 1) await turn();
    await Promise.all(all);
    expect(calls.map(({ keys }) => keys.length)).toEqual([groupSetsMax, 1]);
    const large = ['a', 'b', 'c'].map((key) => groups.commit('large', { key, bytes: key === 'b' ? groupBytesMax + 1 : 1 }));
    for (let n = 0; n < 3; n += 1) await turn();
    await Promise.all(large);
    expect(calls.slice(2).map(({ keys }) => keys)).toEqual([['a'], ['b'], ['c']]);
  });

  it('tries the sets of a failed group singly', async () => {
    const { groups, calls, turn } = open();
    const settled = Promise.allSettled([{ key: 'a' }, { key: 'b', bad: true }, { key: 'c' }].map((item) => groups.commit('q', item)));
    for (let n = 0; n < 4; n += 1) await turn();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(calls.map(({ keys }) => keys)).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  });

  it('refuses more than a queue may hold', async () => {
    const { groups } = open();
    const waiting = Array.from({ length: queueSetsMax }, (_, n) => groups.commit('q', { key: `k${n}` }));
    await expect(groups.commit('q', { key: 'one more' })).rejects.toThrow(QueueFullError);
    expect(waiting).toHaveLength(queueSetsMax);
  });
});
