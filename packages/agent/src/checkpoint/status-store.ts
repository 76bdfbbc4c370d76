import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodStatus } from '@kajitori/kinds';
import { z } from 'zod';

const statusForm = z.looseObject({ phase: z.string() });

/**
 * What was last said of each pod, on disk: times of conditions, and above all that a pod has ended, survive an agent that is killed while it is alone. The
 * engine remembers the rest, so a status that was cut by a crash is found out again and need not be synced.
 */
export class StatusStore {
  readonly #dir: string;
  readonly #waiting = new Map<string, PodStatus | null>();
  #writing: Promise<void> | undefined;
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
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [uid, status] = next;
      try {
        await (status === null ? rm(join(this.#dir, uid), { force: true }) : this.#writeOne(uid, status));
      } catch (error) {
        this.#onError(error);
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
    {
      await using handle = await open(`${file}.tmp`, 'w', 0o600);
      await handle.writeFile(JSON.stringify(status));
    }
    await rename(`${file}.tmp`, file);
  }
}
