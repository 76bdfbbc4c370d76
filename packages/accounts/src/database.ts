import { setTimeout as sleep } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { OrganizationId } from './ids.ts';

/** What runs statements: the database, or a transaction of it. */
export type Queryable = Pick<PostgresJsDatabase, 'select' | 'insert' | 'update' | 'delete' | 'execute'>;

/** A transaction that sees and writes the rows of one organization. */
export type OrganizationTransaction = Queryable & { readonly organizationId: OrganizationId };

/**
 * The connections of accounts. Rows of an organization are only to be had in a transaction bound to it: outside,
 * row-level security shows none. What comes before that is asked through the functions of migration 0101.
 */
export class AccountsDatabase implements AsyncDisposable {
  /** For tables that belong to no organization, and for the functions. */
  readonly unbound: PostgresJsDatabase;
  readonly #client: postgres.Sql;

  constructor(databaseUrl: string, options: { maxConnections: number }) {
    this.#client = postgres(databaseUrl, {
      max: options.maxConnections,
      idle_timeout: 8,
      connect_timeout: 10,
      onnotice: () => undefined,
      connection: { application_name: 'kajitori-accounts' },
    });
    this.unbound = drizzle(this.#client);
  }

  /**
   * Calls a function that only reads, again when its connection was lost: a database that restarts makes callers wait, and never
   * makes a good key look unknown.
   * @throws the driver's error when the database stays away.
   */
  async ask<Row extends Record<string, unknown>>(query: SQL): Promise<Row[]> {
    const startedAt = performance.now();
    for (let pause = pauseFirstMilliseconds; ; pause = Math.min(pause * 2, pauseMaxMilliseconds)) {
      try {
        // The caller says what the function's columns are; the driver knows of rows alone.
        const rows = [...(await this.unbound.execute(query))] as unknown as Row[];
        // The driver (postgres 3.4.9) begins the first answer of a connection that died in the middle of one behind a hole.
        if (rows.some((row) => row === undefined)) throw Object.assign(new Error('the answer has holes'), { code: 'CONNECTION_SHIFTED' });
        return rows;
      } catch (error) {
        if (!isConnectionLoss(error) || performance.now() - startedAt > askMillisecondsMax) throw error;
        await sleep(pause);
      }
    }
  }

  /** Commits what `work` did when it resolves; undoes all of it when it rejects. */
  async inOrganization<T>(organizationId: OrganizationId, work: (tx: OrganizationTransaction) => Promise<T>): Promise<T> {
    return this.unbound.transaction(async (tx) => {
      await tx.execute(sql`SELECT set_config('kajitori.organization', ${organizationId}, true)`);
      return work(Object.assign(tx, { organizationId }));
    });
  }

  async ping(): Promise<void> {
    await this.unbound.execute(sql`SELECT 1`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end({ timeout: 5 });
  }
}

/** How long a look-up waits for a database that is away, and how soon it asks again. */
const askMillisecondsMax = 15_000;
const pauseFirstMilliseconds = 20;
const pauseMaxMilliseconds = 500;
/** SQLSTATE classes 08, 57P and 53300 beside the codes of the driver and of sockets. */
const lostCodes = /^(CONNECTION_\w+|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|08...|57P0.|53300)$/;

function isConnectionLoss(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && lostCodes.test(code)) return true;
  }
  return false;
}

const uniqueViolation = '23505';
const foreignKeyViolation = '23503';

/** Whether an insert failed because the constraint or index of this name already had the value. */
export function isTaken(error: unknown, constraint: string): boolean {
  return violates(error, uniqueViolation, constraint);
}

/** Whether a row named something that is not there, or not its organization's. */
export function isDangling(error: unknown, constraint: string): boolean {
  return violates(error, foreignKeyViolation, constraint);
}

function violates(error: unknown, violation: string, constraint: string): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code, constraint_name: name } = at as { code?: unknown; constraint_name?: unknown };
    if (code === violation && name === constraint) return true;
  }
  return false;
}
