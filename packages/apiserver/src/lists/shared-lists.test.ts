import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ListForm } from '../negotiation/list-form.ts';
import type { ItemPart, PartPosition } from '../registry/read.ts';
import type { ListSource, Piece } from './list-pieces.ts';
import { type ListAnswer, SharedLists } from './shared-lists.ts';

const large = 100_000;

/** A collection that is read from a cluster whose revision the test moves. Each piece is filled with its number. */
class Cluster implements ListSource {
  revision = 1;
  parts = 1;
  bytes = large;
  /** Positions that were read: `REVISION/PART`. */
  readonly reads: string[] = [];
  failAt = Infinity;
  form: ListForm = {
    bytesMax: large,
    piece: (_part, { isStart }) => new Uint8Array(this.bytes).fill(isStart ? 0 : (this.#numbers.get(_part) ?? 0)),
  };
  readonly #numbers = new Map<ItemPart, number>();
  head = async (): Promise<number> => this.revision;

  read = async (from?: PartPosition): Promise<ItemPart> => {
    const { revision = this.revision, taken = 0 } = from ?? {};
    this.reads.push(`${revision}/${taken}`);
    await new Promise((resolve) => setImmediate(resolve));
    if (taken >= this.failAt) throw new Error('the database is away');
    const next = taken + 1 < this.parts ? { next: { revision, after: { namespace: '', name: String(taken) }, taken: taken + 1 } } : {};
    const part: ItemPart = { items: [], rows: [], revision, ...next };
    this.#numbers.set(part, taken);
    return part;
  };

  whole = (): Uint8Array => new Uint8Array(this.bytes);
}

let lists: SharedLists;
let cluster: Cluster;
beforeEach(() => {
  lists = new SharedLists();
  cluster = new Cluster();
});
afterEach(() => {
  lists[Symbol.dispose]();
  vi.useRealTimers();
});
const list = (key = 'a'): Promise<ListAnswer> => lists.get(key, cluster.head, cluster);
const whole = async (answer: Promise<ListAnswer>): Promise<Piece | undefined> => {
  const given = await answer;
  return 'whole' in given ? given.whole : undefined;
};
async function numbersOf(answer: ListAnswer): Promise<number[]> {
  const numbers: number[] = [];
  if ('whole' in answer) return [0];
  for await (const { bytes } of answer.pieces) numbers.push(bytes[0] ?? -1);
  return numbers;
}

describe('shared lists of one piece', () => {
  it('are read once while the cluster stands still', async () => {
    const first = await whole(list());
    expect(await whole(list())).toBe(first);
    expect(cluster.reads).toEqual(['1/0']);
  });

  it('are read again after any write', async () => {
    await list();
    cluster.revision = 2;
    await list();
    expect(cluster.reads).toEqual(['1/0', '2/0']);
  });

  it('are read together when asked for together, and no request gets a state older than its coming', async () => {
    const early = [list(), list(), list()];
    cluster.revision = 2;
    const late = [list(), list()];
    await Promise.all([...early, ...late]);
    expect(cluster.reads).toEqual(['1/0', '2/0']);
  });

  it('that fail fail for their reader alone', async () => {
    cluster.failAt = 0;
    const broken = list();
    await expect(broken).rejects.toThrow('the database is away');
    cluster.failAt = Infinity;
    expect(await whole(list())).toBeDefined();
  });

  it('are not held when they are small', async () => {
    cluster.bytes = 1_000;
    await list();
    await list();
    expect(cluster.reads.length).toBe(2);
    expect(lists.heldBytes).toBe(0);
  });

  it('leave, the longest unused first, when they no longer fit', async () => {
    cluster.bytes = 20 * 1024 * 1024;
    for (const key of ['a', 'b', 'c']) await list(key);
    await list('a');
    await list('d');
    expect(lists.heldBytes).toBe(3 * cluster.bytes);
    await list('a');
    expect(cluster.reads.length).toBe(4);
    await list('b');
    expect(cluster.reads.length).toBe(5);
  });

  it('leave when nobody asks any more', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    await list();
    expect(lists.heldBytes).toBe(large);
    vi.advanceTimersByTime(20_000);
    expect(lists.heldBytes).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('shared lists of many pieces', () => {
  const all = [0, 1, 2, 3, 4, 5];
  beforeEach(() => {
    cluster.parts = all.length;
  });

  it('are read once for all who come at one revision', async () => {
    const answers = await Promise.all([list(), list(), list()]);
    expect(await Promise.all(answers.map(numbersOf))).toEqual([all, all, all]);
    expect(await numbersOf(await list())).toEqual(all);
    expect(cluster.reads).toEqual(all.map((part) => `1/${part}`));
    expect(lists.heldBytes).toBe(all.length * large);
  });

  it('hold no more than fits: who is in the midst of one reads on alone, at its revision', async () => {
    cluster.bytes = 20 * 1024 * 1024;
    const [quick, other] = await Promise.all([list(), list()]);
    const slow = (other as { pieces: AsyncGenerator<Piece, void, void> }).pieces;
    expect((await slow.next()).value).toMatchObject({ next: { taken: 1 } });
    cluster.revision = 9;
    expect(await numbersOf(quick)).toEqual(all);
    expect(lists.heldBytes).toBe(0);
    const rest: number[] = [];
    for await (const { bytes } of slow) rest.push(bytes[0] ?? -1);
    expect(rest).toEqual(all.slice(1));
    expect(cluster.reads.every((one) => one.startsWith('1/'))).toBe(true);
  });

  it('stay for who reads an older one, and leave with the last of them', async () => {
    const old = (await list()) as { pieces: AsyncGenerator<Piece, void, void> };
    await old.pieces.next();
    cluster.revision = 2;
    expect(await numbersOf(await list())).toEqual(all);
    const reads = cluster.reads.length;
    for await (const _piece of old.pieces);
    expect(cluster.reads.length).toBe(reads);
    expect(lists.heldBytes).toBe(all.length * large);
  });

  it('are not read on when their last reader is gone', async () => {
    cluster.parts = 1_000;
    const { pieces } = (await list()) as { pieces: AsyncGenerator<Piece, void, void> };
    await pieces.next();
    await pieces.return();
    const reads = cluster.reads.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(cluster.reads.length).toBeLessThan(reads + 3);
    expect(lists.heldBytes).toBe(0);
  });

  it('fail for those who are in the midst of them, and are read anew for the next', async () => {
    cluster.failAt = 3;
    await expect(list().then(numbersOf)).rejects.toThrow('the database is away');
    cluster.failAt = Infinity;
    expect(await numbersOf(await list())).toEqual(all);
  });

  it.each([large, 20 * 1024 * 1024])('tell their length first where that is asked, pieces of %i bytes', async (bytes) => {
    cluster.bytes = bytes;
    const around = vi.fn(() => ({ before: Uint8Array.from([100]), after: Uint8Array.from([101]) }));
    cluster.form.around = around;
    const answers = await Promise.all([list(), list()]);
    expect(await Promise.all(answers.map(numbersOf))).toEqual([
      [100, ...all, 101],
      [100, ...all, 101],
    ]);
    expect(around).toHaveBeenCalledWith(all.length * bytes);
  });
});
