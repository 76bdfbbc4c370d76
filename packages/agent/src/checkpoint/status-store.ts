import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodStatus } from '@kajitori/kinds';
import { z } from 'zod';

const retryMilliseconds = 5_000;
const statusForm = z.looseObject({ phase: z.string() });

/**
 * What was last said of each pod, on disk: times of conditions, and above all that a pod has ended, survive an agent that is killed while it is alone. The
 * engine remembers the rest, so a status that was cut by a crash is found out again and need not be synced.
 */
export class StatusStore {
  readonly #dir: string;
  readonly #waiting = new Map<string, PodStatus | null>();
  #writing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Said once until the disk takes them again. */
  #hasFailed = false;
  readonly #onError: (error: unknown) => void;

  constructor(stateDir: string, onError: (error: unknown) => void) {
    this.#dir = join(stateDir, 'statuses');
    this.#onError = onError;
  }

  /** By pod uid. What cannot be read is as if it had never been said. */
  async load(): Promise<Map<string, PodStatus>> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const statuses = new Map<string, PodStatus>();
    for (const uid of await readdir(this.#dir)) {
      // Cut off in the middle.
      if (uid.endsWith('.tmp')) continue;
      try {
        statuses.set(uid, statusForm.parse(JSON.parse(await readFile(join(this.#dir, uid), 'utf8'))));
      } catch (error) {
        this.#onError(error);
      }
    }
    return statuses;
  }

  save(uid: string, status: PodStatus): void {
    this.#put(uid, status);
  }

  forget(uid: string): void {
    this.#put(uid, null);
  }

  /** Resolves when everything that was handed over is on disk. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  #put(uid: string, status: PodStatus | null): void {
    this.#waiting.set(uid, status);
    // The disk refused a moment ago: what is newest is tried with the rest.
    if (this.#retry === undefined) this.#start();
  }

  #start(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [uid, status] = next;
      try {
        await (status === null ? rm(join(this.#dir, uid), { force: true }) : this.#writeOne(uid, status));
        this.#hasFailed = false;
      } catch (error) {
        if (!this.#hasFailed) this.#onError(error);
        this.#hasFailed = true;
        // Nothing is lost on a full disk: what was not said again meanwhile waits for room.
        if (!this.#waiting.has(uid)) this.#waiting.set(uid, status);
        this.#retry = setTimeout(() => {
          this.#retry = undefined;
          this.#start();
        }, retryMilliseconds).unref();
        return;
      }
    }
  }

  #next(): [string, PodStatus | null] | undefined {
    const next = this.#waiting.entries().next();
    if (next.done === true) return undefined;
    this.#waiting.delete(next.value[0]);
    return next.value;
  }

  async #writeOne(uid: string, status: PodStatus): Promise<void> {
    const file = join(this.#dir, uid);
    try {
      await using handle = await open(`${file}.tmp`, 'w', 0o600);
      await handle.writeFile(JSON.stringify(status));
    } catch (error) {
      await rm(`${file}.tmp`, { force: true }).catch(() => undefined);
      throw error;
    }
    await rename(`${file}.tmp`, file);
  }
}
