import { newClusterId } from '@kajitori/apimachinery';
import { describe, expect, it } from 'vitest';
import { RequestGate, runningMax, waitingMax, watchesMax } from './request-gate.ts';

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

describe('the gate of requests', () => {
  it('lets a cluster run what it likes while there is time, and refuses what would only wait', async () => {
    const gate = new RequestGate(() => false);
    const work = new Work();
    const all = Array.from({ length: runningMax + waitingMax }, () => gate.run(noisy, work.request()));
    expect(work.running).toBe(runningMax);
    await expect(gate.run(noisy, work.request())).rejects.toMatchObject({ code: 429, details: { retryAfterSeconds: 1 } });
    await work.endAll();
    await Promise.all(all);
    expect(work.most).toBe(runningMax);
    expect(gate.size).toBe(0);
  });

  it('shares a busy process: who asks little does not wait for who asks much', async () => {
    const gate = new RequestGate(() => true);
    const [loud, soft] = [new Work(), new Work()];
    const all = Array.from({ length: 300 }, () => gate.run(noisy, loud.request()));
    expect(loud.running).toBe(64);
    const asked = gate.run(quiet, soft.request());
    expect(soft.running).toBe(1);
    await loud.endAll();
    await soft.endAll();
    await Promise.all([...all, asked]);
    expect(gate.size).toBe(0);
  });

  it('begins them in the order of their coming, and goes on after one that fails', async () => {
    const gate = new RequestGate(() => true);
    const work = new Work();
    const first = Array.from({ length: 63 }, () => gate.run(noisy, work.request('first')));
    const failing = gate.run(noisy, async () => Promise.reject(new Error('it failed')));
    const next = ['a', 'b', 'c'].map((name) => gate.run(noisy, work.request(name)));
    await expect(failing).rejects.toThrow('it failed');
    await work.endAll();
    await Promise.all([...first, ...next]);
    expect(work.order.slice(63)).toEqual(['a', 'b', 'c']);
  });

  it('bounds watches by themselves', async () => {
    const gate = new RequestGate(() => true);
    const work = new Work();
    const watches = Array.from({ length: watchesMax }, () => gate.watch(noisy, work.request()));
    await expect(gate.watch(noisy, work.request())).rejects.toMatchObject({ code: 429 });
    expect(await gate.run(noisy, async () => 'answered')).toBe('answered');
    expect(work.running).toBe(watchesMax);
    void watches;
  });
});
