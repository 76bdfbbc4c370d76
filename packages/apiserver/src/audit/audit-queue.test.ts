import { type ClusterId, newClusterId } from '@kajitori/apimachinery';
import { silentLogger } from '@kajitori/telemetry';
import { describe, expect, it } from 'vitest';
import { AuditQueue } from './audit-queue.ts';
import type { AuditRow } from './audit-store.ts';
import { type WaitingEvent, WaitingEvents } from './waiting-events.ts';

const [quiet, flooded] = [newClusterId(), newClusterId()];

const waiting = (name: string, { cluster = quiet, bytes = 1 }: { cluster?: ClusterId; bytes?: number } = {}): WaitingEvent => ({
  cluster,
  bytes,
  row: (): AuditRow => ({ cluster, at: '', username: '', verb: '', resource: '', namespace: '', name, event: {} }),
});

/** A queue over a store that keeps names, or fails. */
function queueOver(append: (rows: readonly AuditRow[]) => void | Promise<void> = () => undefined) {
  const seen = { written: [] as string[], dropped: 0 };
  const queue = new AuditQueue({
    store: {
      append: async (rows) => {
        await append(rows);
        seen.written.push(...rows.map(({ name }) => name));
      },
    },
    logger: silentLogger,
    dropped: (count) => void (seen.dropped += count),
  });
  return { queue, seen };
}

describe('the queue of events', () => {
  it('drops and counts what does not fit', async () => {
    const { queue, seen } = queueOver();
    queue.add(waiting('fits'));
    queue.add(waiting('too large', { bytes: 64 * 1024 * 1024 }));
    await queue.flush();
    expect(seen).toEqual({ written: ['fits'], dropped: 1 });
  });

  it('tries again what could not be written, and gives it up in the end', async () => {
    let attempts = 0;
    const { queue, seen } = queueOver(() => Promise.reject(new Error(`away ${(attempts += 1)}`)));
    queue.add(waiting('lost'));
    await queue.flush();
    expect({ attempts, dropped: seen.dropped }).toEqual({ attempts: 5, dropped: 1 });
  });

  it('loses nothing of a quiet cluster beside one that is flooded', async () => {
    let away = true;
    const { queue, seen } = queueOver(() => (away ? Promise.reject(new Error('away')) : undefined));
    for (let count = 0; count < 20_000; count += 1) queue.add(waiting('flood', { cluster: flooded }));
    for (let count = 0; count < 300; count += 1) queue.add(waiting(`quiet ${count}`));
    for (let count = 0; count < 20_000; count += 1) queue.add(waiting('flood', { cluster: flooded }));
    away = false;
    await queue.flush();
    expect(seen.written.filter((name) => name.startsWith('quiet'))).toEqual(Array.from({ length: 300 }, (_, count) => `quiet ${count}`));
    // They took turns: the quiet one did not wait behind all of the flood.
    expect(seen.written.findLastIndex((name) => name.startsWith('quiet'))).toBeLessThan(1_500);
    expect(seen.dropped).toBe(40_300 - seen.written.length);
    expect(seen.dropped).toBeGreaterThan(30_000);
  });

  it('loses nothing of others with a cluster whose events are refused', async () => {
    const refusing = (rows: readonly AuditRow[]): void => {
      if (rows.some(({ cluster }) => cluster === flooded)) throw new Error('this is no event');
    };
    const { queue, seen } = queueOver(refusing);
    queue.add(waiting('bad', { cluster: flooded }));
    queue.add(waiting('good'));
    await queue.flush();
    expect(seen).toEqual({ written: ['good'], dropped: 1 });
  });

  it('writes batches of a bounded size', async () => {
    const sizes: number[] = [];
    const { queue } = queueOver((rows) => void sizes.push(rows.length));
    for (let count = 0; count < 9; count += 1) queue.add(waiting('large', { bytes: 1024 * 1024 }));
    await queue.flush();
    expect(sizes).toEqual([4, 4, 1]);
  });
});

describe('events that wait', () => {
  const names = (events: readonly WaitingEvent[]): string[] => events.map((event) => event.row().name);

  it('leave no cluster more than half of the room', () => {
    const held = new WaitingEvents({ events: 10, bytes: 1_000 });
    const dropped = Array.from({ length: 8 }, () => held.add(waiting('x', { cluster: flooded })));
    expect(dropped.flat()).toEqual([flooded, flooded, flooded]);
    expect(held.add(waiting('wide', { bytes: 501 }))).toEqual([quiet]);
    expect(held.count).toBe(5);
  });

  it('make room for who has less, of who has most', () => {
    const held = new WaitingEvents({ events: 4, bytes: 1_000 });
    const third = newClusterId();
    held.add(waiting('f1', { cluster: flooded }));
    held.add(waiting('f2', { cluster: flooded }));
    held.add(waiting('t1', { cluster: third }));
    held.add(waiting('t2', { cluster: third }));
    expect(held.add(waiting('q1'))).toEqual([flooded]);
    expect(held.add(waiting('q2'))).toEqual([quiet]);
    expect(names(held.take({ events: 10, bytes: 1_000 }))).toEqual(['f1', 't1', 'q1', 't2']);
    expect([held.count, held.bytes]).toEqual([0, 0]);
  });
});
