import { and, desc, lt } from 'drizzle-orm';
import { AccountsError } from './accounts-error.ts';
import type { AccountsDatabase } from './database.ts';
import type { OrganizationId } from './ids.ts';
import { maxPageSize, defaultPageSize, type Page, type PageQuery } from './page.ts';
import { auditEntries } from './schema/index.ts';

export interface AuditEntry {
  id: number;
  at: Date;
  actor: string;
  actorName: string;
  action: string;
  targetId: string;
  targetName: string;
  details: Record<string, unknown>;
  requestId: string;
}

/** Reads what was done to an organization, newest first. Entries are written by deeds (deed.ts), nowhere else. */
export class AuditTrail {
  readonly #database: AccountsDatabase;

  constructor(database: AccountsDatabase) {
    this.#database = database;
  }

  async list(organizationId: OrganizationId, { limit = defaultPageSize, cursor }: PageQuery = {}): Promise<Page<AuditEntry>> {
    const size = Math.min(Math.max(limit, 1), maxPageSize);
    const before = cursor === undefined ? undefined : lt(auditEntries.id, entryNumber(cursor));
    const rows = await this.#database.inOrganization(organizationId, (tx) =>
      tx
        .select()
        .from(auditEntries)
        .where(and(before))
        .orderBy(desc(auditEntries.id))
        .limit(size + 1),
    );
    const items = rows.slice(0, size);
    return { items, next: rows.length > size ? String(items.at(-1)?.id) : undefined };
  }
}

function entryNumber(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new AccountsError('invalid', 'this cursor is not one that a list gave', 'Start again without a cursor.', { field: 'cursor' });
}
