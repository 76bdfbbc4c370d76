import { integer, primaryKey, text } from 'drizzle-orm/pg-core';
import { accountsSchema, bytes, createdAt, instant } from './columns.ts';

/** Keys of the platform and of clusters, sealed by the master key. `scope` is `platform` or a cluster's id. */
export const platformKeys = accountsSchema.table(
  'platform_keys',
  {
    scope: text('scope').notNull(),
    /** `serving-ca`, `client-ca`, `front-proxy-ca`, `service-account-tokens`, `session-secret`. */
    purpose: text('purpose').notNull(),
    /** Counts the keys that have followed one another; most are for ever. */
    generation: integer('generation').notNull().default(1),
    /** PEM; absent when the key is not an authority's. */
    certificate: text('certificate'),
    sealedKey: bytes('sealed_key').notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.purpose, table.generation] })],
);

/** Counts tries of something that must not be tried often, by a hash of what is tried. */
export const attempts = accountsSchema.table(
  'attempts',
  {
    subject: text('subject').notNull(),
    windowStart: instant('window_start').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subject, table.windowStart] })],
);
