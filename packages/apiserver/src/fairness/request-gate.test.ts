import { type ClusterId, newClusterId } from '@kajitori/apimachinery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NeighbourProcess, RequestGate, runningMax, waitingMax, watchesMax } from './request-gate.ts';

const noisy = newClusterId();
const quiet = newClusterId();

/** Requests that end when they are told. */
class Work {
  running = 0;
  most = 0;
  readonly order: string[] = [];
  readonly #ends: (() => void)[] = [];

  request = (name = ''): (() => Promise<void>) => {
    return () => {
      this.running += 1;
      this.most = Math.max(this.most, this.running);
      this.order.push(name);
      return new Promise<void>((resolve) => {
        this.#ends.push(() => {
          this.running -= 1;
          resolve();
        });
      });
    };
  };

  async endAll(): Promise<void> {
    for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
      end();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

let now = 0;
const gates: RequestGate[] = [];
/** A gate whose clock and ticks the test moves. */
function gateAt(load: number): RequestGate {
  const gate = new RequestGate({ load: () => load, now: () => now });
  gates.push(gate);
  return gate;
}
function pass(milliseconds: number): void {
  for (let left = milliseconds; left > 0; left -= 50) {
    now += 50;
    vi.advanceTimersByTime(50);
  }
}
const turnsTaken = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
beforeEach(() => {
  now = 0;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  for (const gate of gates.splice(0)) gate[Symbol.dispose]();
  vi.useRealTimers();
});

/** At a process that has been busy for some time, and that others ask. */
async function busyGate(): Promise<RequestGate> {
  const gate = gateAt(0.9);
  await gate.run(quiet, async () => undefined);
  pass(3_000);
  await gate.run(quiet, async () => undefined);
  return gate;
}

/** A request that keeps the process to itself, for so long of its own time. */
function hold(milliseconds: number): () => Promise<void> {
  return async () => {
    const begun = process.threadCpuUsage();
    let used: NodeJS.CpuUsage;
    do used = process.threadCpuUsage(begun);
    while (used.user + used.system < milliseconds * 1_000);
  };
}

describe('the gate of requests', () => {
  it('lets a cluster run what it likes while it asks alone, and refuses, after a moment, what would only wait', async () => {
    const gate = gateAt(1);
    const work = new Work();
    const all = Array.from({ length: runningMax + waitingMax }, () => gate.run(noisy, work.request()));
    expect(work.running).toBe(runningMax);
    pass(1_000);
    const asked = performance.now();
    await expect(gate.run(noisy, work.request())).rejects.toMatchObject({ code: 429, details: { retryAfterSeconds: 1 } });
    expect(performance.now() - asked).toBeGreaterThan(900);
    await work.endAll();
    await Promise.all(all);
    expect(work.most).toBe(runningMax);
    expect(gate.isAsked).toBe(true);
    pass(6_000);
    expect(gate.isAsked).toBe(false);
    pass(55_000);
    expect(gate.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('shares a busy process: who asks little does not wait for who asks much', async () => {
    const gate = gateAt(0.9);
    const [loud, soft] = [new Work(), new Work()];
    const first = gate.run(quiet, soft.request());
    pass(1_000);
    const all = Array.from({ length: 300 }, () => gate.run(noisy, loud.request()));
    expect(loud.running).toBe(8);
    const asked = gate.run(quiet, soft.request());
    expect(soft.running).toBe(2);
    await soft.endAll();
    pass(6_000);
    await turnsTaken();
    expect(loud.running).toBe(300);
    await loud.endAll();
    await Promise.all([...all, asked, first]);
  });

  it('lets who asks much begin only so many in a time, however short they are', async () => {
    const gate = gateAt(0.9);
    const beside = (): Promise<void> => gate.run(quiet, async () => undefined);
    await beside();
    const before = Array.from({ length: 20 }, () => gate.run(noisy, async () => undefined));
    pass(1_000);
    await Promise.all(before);
    let ended = 0;
    const all = Array.from({ length: 100 }, () => gate.run(noisy, async () => void (ended += 1)));
    for (let tick = 0; tick < 10; tick += 1) {
      pass(50);
      for (let round = 0; round < 20; round += 1) await turnsTaken();
    }
    // Twenty that it had saved up, and two in each tick since.
    expect(ended).toBe(40);
    pass(6_000);
    for (let tick = 0; tick < 200; tick += 1) await turnsTaken();
    await Promise.all(all);
  });

  it('gives those who share an idle process more and more', async () => {
    const gate = gateAt(0.2);
    const [loud, soft] = [new Work(), new Work()];
    const asked = gate.run(quiet, soft.request());
    const all = Array.from({ length: 250 }, () => gate.run(noisy, loud.request()));
    expect(loud.running).toBe(20);
    pass(50);
    await turnsTaken();
    expect(loud.running).toBe(200);
    await loud.endAll();
    pass(50);
    await turnsTaken();
    await loud.endAll();
    await soft.endAll();
    await Promise.all([...all, asked]);
  });

  it('begins them in the order of their coming, and goes on after one that fails', async () => {
    const gate = gateAt(0.9);
    const [work, soft] = [new Work(), new Work()];
    const beside = gate.run(quiet, soft.request());
    pass(1_000);
    const first = gate.run(noisy, work.request('first'));
    const failing = gate.run(noisy, async () => Promise.reject(new Error('it failed')));
    const next = ['a', 'b', 'c'].map((name) => gate.run(noisy, work.request(name)));
    await expect(failing).rejects.toThrow('it failed');
    await work.endAll();
    await Promise.all([first, ...next]);
    expect(work.order).toEqual(['first', 'a', 'b', 'c']);
    await soft.endAll();
    await beside;
  });

  it('lets a cluster that has held the process wait for its allowance, while others ask a busy one', async () => {
    const gate = await busyGate();
    await gate.run(noisy, hold(1_010));
    const work = new Work();
    const waits = gate.run(noisy, work.request());
    expect(work.running).toBe(0);
    await gate.run(quiet, async () => undefined);
    pass(500);
    await turnsTaken();
    expect(work.running).toBe(0);
    // Nobody else asks any more.
    pass(5_000);
    await turnsTaken();
    expect(work.running).toBe(1);
    await work.endAll();
    await waits;
  });

  it('asks for no allowance where there is time to spare', async () => {
    const gate = gateAt(0.2);
    await gate.run(quiet, async () => undefined);
    await gate.run(noisy, hold(1_010));
    expect(await gate.run(noisy, async () => 'at once')).toBe('at once');
  });

  it('tells who would have to wait for long to come again, with the time', async () => {
    const gate = await busyGate();
    await gate.run(noisy, hold(1_300));
    const step = gate.turn(noisy, async () => 'done');
    await expect(gate.run(noisy, async () => undefined)).rejects.toMatchObject({
      code: 429,
      details: { retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 30) as number },
    });
    // What was let in before is not refused in the midst of it.
    pass(6_000);
    expect(await step).toBe('done');
  });

  it('bounds watches by themselves, and what they leave unread together', async () => {
    const gate = gateAt(0.9);
    const work = new Work();
    expect(gate.unreadBytesMax(noisy)).toBe(16 * 1024 * 1024);
    const watches = Array.from({ length: watchesMax }, () => gate.watch(noisy, { mayMove: true }, work.request()));
    expect(gate.unreadBytesMax(noisy)).toBe(256 * 1024);
    await expect(gate.watch(noisy, { mayMove: true }, work.request())).rejects.toMatchObject({ code: 429 });
    expect(await gate.run(noisy, async () => 'answered')).toBe('answered');
    expect(work.running).toBe(watchesMax);
    void watches;
  });

  it('lets the oldest connection go where too many wait', async () => {
    const gate = await busyGate();
    const { signal } = new AbortController();
    for (let at = 0; at < 100; at += 1) await gate.connection(noisy, signal);
    const told: string[] = [];
    const wait = (name: string): void => void gate.connection(noisy, signal).then((begins) => told.push(`${name} ${begins}`));
    wait('oldest');
    for (let at = 1; at < 2_000; at += 1) wait('other');
    await turnsTaken();
    expect(told).toEqual([]);
    wait('newest');
    await turnsTaken();
    expect(told).toEqual(['oldest false']);
    pass(50);
    await turnsTaken();
    expect(told).toEqual(['oldest false', 'newest true']);
  });

  it('lets connections begin one after the other while others ask a busy process', async () => {
    const gate = await busyGate();
    let begun = 0;
    const gone = new AbortController();
    const connect = async (): Promise<void> => {
      if (await gate.connection(noisy, gone.signal)) begun += 1;
    };
    for (let number = 0; number < 400; number += 1) void connect();
    await turnsTaken();
    expect(begun).toBe(100);
    pass(500);
    await turnsTaken();
    expect(begun).toBe(110);
    const leaving = new AbortController();
    const left = gate.connection(noisy, leaving.signal);
    leaving.abort();
    expect(await left).toBe(false);
    // Nobody else asks any more.
    pass(6_000);
    await turnsTaken();
    expect(begun).toBe(400);
  });
});

/** A neighbour that takes whoever presses. */
class Neighbour implements NeighbourProcess {
  isShared = false;
  readonly taken = new Set<string>();
  serves = (cluster: ClusterId): boolean => this.taken.has(cluster);
  press = (cluster: ClusterId): void => void this.taken.add(cluster);
}

describe('a gate beside another process', () => {
  it('tells of who holds this one for long, however idle it is, while others ask', async () => {
    const gate = gateAt(0.1);
    const neighbour = new Neighbour();
    gate.beside(neighbour);
    await gate.run(noisy, hold(1_100));
    pass(1_000);
    expect(neighbour.taken.size).toBe(0);
    await gate.run(quiet, async () => undefined);
    await gate.run(noisy, hold(600));
    pass(50);
    expect(neighbour.taken.size).toBe(0);
    await gate.run(noisy, hold(600));
    pass(50);
    expect([...neighbour.taken]).toEqual([noisy]);
  });

  it('tells of who uses most of it, once it has been busy for some time', async () => {
    const gate = await busyGate();
    const neighbour = new Neighbour();
    gate.beside(neighbour);
    for (let at = 0; at < 4; at += 1) {
      await gate.run(quiet, async (meter) => meter.read(100_000));
      await gate.run(noisy, async (meter) => meter.read(3_000_000));
    }
    pass(450);
    expect([...neighbour.taken]).toEqual([]);
    pass(100);
    expect([...neighbour.taken]).toEqual([noisy]);
  });

  it('tells of nobody where many use a little each', async () => {
    const gate = await busyGate();
    const neighbour = new Neighbour();
    gate.beside(neighbour);
    const many = Array.from({ length: 200 }, () => newClusterId());
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(many.map((one) => gate.run(one, async () => undefined)));
      pass(500);
    }
    expect([...neighbour.taken]).toEqual([]);
  });

  it('ends the watches of who is served there from now on, and those that begin here nevertheless', async () => {
    const gate = await busyGate();
    const neighbour = new Neighbour();
    gate.beside(neighbour);
    const ended: string[] = [];
    const watch = (name: string) => (moved: AbortSignal) =>
      new Promise<void>((resolve) => {
        const end = (): void => {
          ended.push(name);
          resolve();
        };
        if (moved.aborted) end();
        else moved.addEventListener('abort', end, { once: true });
      });
    const theirs = gate.watch(noisy, { mayMove: true }, watch('noisy'));
    void gate.watch(quiet, { mayMove: true }, watch('quiet'));
    void gate.watch(noisy, { mayMove: false }, watch('noisy, at an address that leads nowhere else'));
    for (let slices = 0; slices < 300; slices += 1) void gate.rest(noisy, 2);
    pass(100);
    await theirs;
    await gate.watch(noisy, { mayMove: true }, watch('late'));
    expect(ended).toEqual(['noisy', 'late']);
  });

  it('leaves nobody alone where others ask over there', async () => {
    const gate = gateAt(0.9);
    gate.beside(Object.assign(new Neighbour(), { isShared: true }));
    const work = new Work();
    const all = Array.from({ length: 50 }, () => gate.run(noisy, work.request()));
    expect(work.running).toBeLessThan(50);
    for (let rounds = 0; rounds < 60 && work.order.length < 50; rounds += 1) {
      await work.endAll();
      pass(1_000);
      await turnsTaken();
    }
    await work.endAll();
    await Promise.all(all);
  });
});
