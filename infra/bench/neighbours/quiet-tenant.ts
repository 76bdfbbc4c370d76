import { setTimeout as sleep } from 'node:timers/promises';
import { LoadClient } from '../load.ts';
import type { LoadRequest, Target } from '../load.ts';

const requestsPerSecond = 25;
const connections = 16;
const collection = '/api/v1/namespaces/default/configmaps';

/** A tenant that works at an even pace: reads, lists, creates, changes, deletes. */
export class QuietTenant implements Disposable {
  readonly #client: LoadClient;
  #number = 0;

  constructor(target: Target) {
    this.#client = new LoadClient(target, connections);
  }

  async prepare(): Promise<void> {
    for (let number = 0; number < 50; number += 1) await this.#client.send(create(`kept-${number}`));
  }

  /**
   * Milliseconds of each request that was to be sent in so many seconds, from when it was to be sent: one that had to wait for others has
   * waited. @throws Error when one fails.
   */
  async work(seconds: number, signal: AbortSignal): Promise<number[]> {
    const milliseconds: number[] = [];
    const begin = performance.now();
    const all: Promise<void>[] = [];
    for (let sent = 0; sent < seconds * requestsPerSecond; sent += 1) {
      signal.throwIfAborted();
      const due = begin + (sent * 1_000) / requestsPerSecond;
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      const answered = this.#client.send(this.#request(sent)).then(() => void milliseconds.push(performance.now() - due));
      // It is met below; until then it is not unhandled.
      answered.catch(() => undefined);
      all.push(answered);
    }
    await Promise.all(all);
    return milliseconds;
  }

  #request(sent: number): LoadRequest {
    const step = sent % 5;
    if (step === 0) return create(`made-${(this.#number += 1)}`);
    const path = `${collection}/kept-${sent % 50}`;
    if (step === 1) return { method: 'GET', path };
    if (step === 2) return { method: 'GET', path: `${collection}?limit=50` };
    if (step === 3)
      return { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: JSON.stringify({ data: { sent: String(sent) } }) };
    return { method: 'GET', path: '/api/v1/namespaces/default' };
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}

function create(name: string): LoadRequest {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value: 'x'.repeat(500) } };
  return { method: 'POST', path: collection, body: JSON.stringify(object) };
}
