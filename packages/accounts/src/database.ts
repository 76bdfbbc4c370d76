import { sql } from 'drizzle-orm';
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
      idle_timeout: 60,
      connect_timeout: 10,
      onnotice: () => undefined,
      connection: { application_name: 'kajitori-accounts' },
    });
    this.unbound = drizzle(this.#client);
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
