import { EventEmitter } from 'node:events';
import type { ClusterId } from '@kajitori/apimachinery';
import type { Line, Revision } from './storage.ts';

/**
 * Tells watchers in all processes that a cluster has changed. A ring may be lost, doubled or late: whoever waits also looks from time to
 * time. It is never the truth, only a reason to look.
 */
export interface Wake extends AsyncDisposable {
  /** Returns at once; failures are the implementation's to log. */
  ring(cluster: ClusterId, line: Line, revision: Revision): void;
  /** Hears of one cluster until disposed. */
  listen(cluster: ClusterId, heard: WakeListener): Disposable;
  /** Hears of every cluster's durable line until disposed: for the dispatcher. */
  listenToAll(heard: (cluster: ClusterId, revision: Revision) => void): Disposable;
}

export type WakeListener = (line: Line, revision: Revision) => void;

/** The wake of a single process. */
export class LocalWake implements Wake {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  ring(cluster: ClusterId, line: Line, revision: Revision): void {
    this.ringCluster(cluster, line, revision);
    if (line === 'durable') this.ringAll(cluster, revision);
  }

  /** Only those who listen to the one cluster. */
  ringCluster(cluster: ClusterId, line: Line, revision: Revision): void {
    this.#emitter.emit(`cluster/${cluster}`, line, revision);
  }

  /** Only those who listen to all. */
  ringAll(cluster: ClusterId, revision: Revision): void {
    this.#emitter.emit('all', cluster, revision);
  }

  listen(cluster: ClusterId, heard: WakeListener): Disposable {
    return this.#on(`cluster/${cluster}`, heard);
  }

  listenToAll(heard: (cluster: ClusterId, revision: Revision) => void): Disposable {
    return this.#on('all', heard);
  }

  #on(event: string, listener: (...args: never[]) => void): Disposable {
    const heard = listener as (...args: unknown[]) => void;
    this.#emitter.on(event, heard);
    return { [Symbol.dispose]: () => void this.#emitter.off(event, heard) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#emitter.removeAllListeners();
  }
}
