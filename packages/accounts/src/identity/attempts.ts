import { hash } from 'node:crypto';
import { eq, lt, sql } from 'drizzle-orm';
import { AccountsError } from '../accounts-error.ts';
import type { AccountsDatabase } from '../database.ts';
import { attempts } from '../schema/index.ts';

const windowMinutes = 15;

/** Counts tries in windows of 15 minutes, in the database, so that all processes count together. */
export class Attempts {
  readonly #database: AccountsDatabase;

  constructor(database: AccountsDatabase) {
    this.#database = database;
  }

  /** Counts one more. @throws AccountsError `tooManyAttempts` when that is above the limit. */
  async count(what: string, limit: number): Promise<void> {
    const [row] = await this.#database.unbound
      .insert(attempts)
      .values({ subject: subjectOf(what), windowStart: sql`date_bin(make_interval(mins => ${windowMinutes}), now(), 'epoch')`, count: 1 })
      .onConflictDoUpdate({ target: [attempts.subject, attempts.windowStart], set: { count: sql`${attempts.count} + 1` } })
      .returning({ count: attempts.count });
    if ((row?.count ?? 0) <= limit) return;
    throw new AccountsError('tooManyAttempts', 'too many attempts', `Wait ${windowMinutes} minutes, then try again.`, {
      retryAfterSeconds: windowMinutes * 60,
    });
  }

  /** A success takes the failures before it back. */
  async forget(what: string): Promise<void> {
    await this.#database.unbound.delete(attempts).where(eq(attempts.subject, subjectOf(what)));
  }

  async forgetOld(): Promise<void> {
    await this.#database.unbound.delete(attempts).where(lt(attempts.windowStart, sql`now() - make_interval(mins => ${2 * windowMinutes})`));
  }
}

/** Names and addresses of people do not lie around in clear. */
const subjectOf = (what: string): string => hash('sha256', what);
