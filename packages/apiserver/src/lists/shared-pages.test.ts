import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EncodedPage, SharedPages } from './shared-pages.ts';

const large = 100_000;

/** A collection that is read from a cluster whose revision the test moves. */
class Cluster {
  revision = 1;
  reads = 0;
  bytes = large;
  head = async (): Promise<number> => this.revision;
  read = async (): Promise<EncodedPage> => {
    const { revision } = this;
    this.reads += 1;
    await Promise.resolve();
    return { revision, bytes: new Uint8Array(this.bytes) };
  };
}

let pages: SharedPages;
let cluster: Cluster;
beforeEach(() => {
  pages = new SharedPages();
  cluster = new Cluster();
});
afterEach(() => {
  pages[Symbol.dispose]();
  vi.useRealTimers();
});
const list = (key = 'a'): Promise<EncodedPage> => pages.get(key, cluster.head, cluster.read);

describe('shared pages', () => {
  it('are read once while the cluster stands still', async () => {
    const first = await list();
    expect(await list()).toBe(first);
    expect(cluster.reads).toBe(1);
  });

  it('are read again after any write', async () => {
    await list();
    cluster.revision = 2;
    expect((await list()).revision).toBe(2);
    expect(cluster.reads).toBe(2);
  });

  it('are read together when asked for together, and no request gets a state older than its coming', async () => {
    const early = [list(), list(), list()];
    cluster.revision = 2;
    const late = [list(), list()];
    expect((await Promise.all(early)).every(({ revision }) => revision >= 1)).toBe(true);
    expect((await Promise.all(late)).map(({ revision }) => revision)).toEqual([2, 2]);
    expect(cluster.reads).toBe(2);
  });

  it('that fail fail for their reader alone', async () => {
    const broken = pages.get('a', cluster.head, async () => Promise.reject(new Error('the database is away')));
    const other = list();
    await expect(broken).rejects.toThrow('the database is away');
    expect((await other).revision).toBe(1);
  });

  it('are not held when they are small', async () => {
    cluster.bytes = 1_000;
    await list();
    await list();
    expect(cluster.reads).toBe(2);
    expect(pages.heldBytes).toBe(0);
  });

  it('leave, the longest unused first, when they no longer fit', async () => {
    cluster.bytes = 20 * 1024 * 1024;
    for (const key of ['a', 'b', 'c']) await list(key);
    await list('a');
    await list('d');
    expect(pages.heldBytes).toBe(3 * cluster.bytes);
    await list('a');
    expect(cluster.reads).toBe(4);
    await list('b');
    expect(cluster.reads).toBe(5);
  });

  it('leave when nobody asks any more', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    await list();
    expect(pages.heldBytes).toBe(large);
    vi.advanceTimersByTime(20_000);
    expect(pages.heldBytes).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
