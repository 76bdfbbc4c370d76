import { customType, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';

/** Everything of accounts lies in a schema of its own, so that its names never meet storage's. */
export const accountsSchema = pgSchema('accounts');

export const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  fromDriver: (value) => value,
});

export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
export const createdAt = () => instant('created_at').notNull().defaultNow();

/** Ids are drawn by the application (ids.ts): a letter, a dash and 20 random characters. */
export const id = () => text('id').primaryKey();
