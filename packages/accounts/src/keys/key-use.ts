import type { Logger } from '@kajitori/telemetry';
import { sql } from 'drizzle-orm';
import type { AccountsDatabase } from '../database.ts';
import type { ApiKeyId } from '../ids.ts';

const flushMilliseconds = 60_000;
const maxNoted = 10_000;

/** When keys were last used, written once a minute for all together. A crash costs at most that minute. */
export class KeyUse implements AsyncDisposable {
  readonly #database: AccountsDatabase;
  readonly #log: Logger;
  readonly #used = new Map<ApiKeyId, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: AccountsDatabase, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  note(id: ApiKeyId): void {
    if (this.#used.size >= maxNoted && !this.#used.has(id)) return;
    this.#used.set(id, Date.now());
    // Only a process whose keys are in use has a timer.
    this.#timer ??= setTimeout(() => void this.#flushLogged(), flushMilliseconds).unref();
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#used.size === 0) return;
    const used = [...this.#used].map(([id, at]) => ({ id, at: new Date(at).toISOString() }));
    this.#used.clear();
    await this.#database.unbound.execute(sql`SELECT accounts.touch_api_keys(${JSON.stringify(used)}::jsonb)`);
  }

  async #flushLogged(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      this.#log.warn({ error }, 'could not write when API keys were last used');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flushLogged();
  }
}
