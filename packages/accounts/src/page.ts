import { and, asc, gt, or, eq, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { AccountsError } from './accounts-error.ts';

/** Lists go oldest first, by time of creation and then id; a cursor says where the page before ended. */
export interface PageQuery {
  /** At most `maxPageSize`. */
  limit?: number;
  cursor?: string;
}

export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  next: string | undefined;
}

export const defaultPageSize = 100;
export const maxPageSize = 1_000;

interface Columns {
  createdAt: AnyPgColumn;
  id: AnyPgColumn;
}

/** What a query adds to its conditions, order and limit to be a page. */
export function pageOf({ createdAt, id }: Columns, { limit, cursor }: PageQuery): { after: SQL | undefined; order: SQL[]; limit: number } {
  return {
    after: cursor === undefined ? undefined : after({ createdAt, id }, cursor),
    order: [asc(createdAt), asc(id)],
    // One more than asked tells whether there is a next page.
    limit: Math.min(Math.max(limit ?? defaultPageSize, 1), maxPageSize) + 1,
  };
}

export function toPage<T extends { createdAt: Date; id: string }>(rows: T[], limitOfQuery: number): Page<T> {
  const items = rows.slice(0, limitOfQuery - 1);
  const last = items.at(-1);
  const next = rows.length < limitOfQuery || last === undefined ? undefined : encode(last);
  return { items, next };
}

function encode({ createdAt, id }: { createdAt: Date; id: string }): string {
  return Buffer.from(JSON.stringify([createdAt.toISOString(), id])).toString('base64url');
}

function after({ createdAt, id }: Columns, cursor: string): SQL | undefined {
  const [at, last] = decode(cursor);
  const instant = sql`${at}::timestamptz`;
  return or(gt(createdAt, instant), and(eq(createdAt, instant), gt(id, last)));
}

function decode(cursor: string): [at: string, id: string] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [at, id]: unknown[] = parsed;
      if (typeof at === 'string' && typeof id === 'string' && !Number.isNaN(Date.parse(at))) return [new Date(at).toISOString(), id];
    }
  } catch (cause) {
    throw badCursor(cause);
  }
  throw badCursor();
}

function badCursor(cause?: unknown): AccountsError {
  return new AccountsError('invalid', 'this cursor is not one that a list gave', 'Start again without a cursor.', {
    field: 'cursor',
    cause,
  });
}
