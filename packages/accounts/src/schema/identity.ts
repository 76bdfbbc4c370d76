import { boolean, index, text } from 'drizzle-orm/pg-core';
import { accountsSchema, createdAt, id, instant } from './columns.ts';

/**
 * The tables of the identity library, with its columns under our names (identity/better-auth.ts maps them).
 * No organization binds them: a person may be a member of many. Only the identity service reads them.
 */
const updatedAt = () => instant('updated_at').notNull().defaultNow();

export const users = accountsSchema.table('users', {
  id: id(),
  name: text('name').notNull(),
  /** In lower case. */
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

const userId = () =>
  text('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

export const sessions = accountsSchema.table(
  'sessions',
  {
    id: id(),
    userId: userId(),
    /** Worth nothing alone: a bearer presents it signed with a key that only the sealed platform key yields. */
    token: text('token').notNull().unique(),
    expiresAt: instant('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('sessions_user').on(table.userId), index('sessions_end').on(table.expiresAt)],
);

/** How a user signs in: a password (scrypt) or an outside provider. */
export const credentials = accountsSchema.table(
  'credentials',
  {
    id: id(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: userId(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: instant('access_token_expires_at'),
    refreshTokenExpiresAt: instant('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('credentials_user').on(table.userId)],
);

export const verifications = accountsSchema.table(
  'verifications',
  {
    id: id(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: instant('expires_at').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('verifications_identifier').on(table.identifier)],
);
