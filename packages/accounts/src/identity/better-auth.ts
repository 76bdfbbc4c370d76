import { betterAuth } from 'better-auth/minimal';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { bearer } from 'better-auth/plugins/bearer';
import { randomName } from '@kajitori/apimachinery';
import type { AccountsDatabase } from '../database.ts';
import { newUserId } from '../ids.ts';
import { credentials, sessions, users, verifications } from '../schema/index.ts';
import { hashPassword, passwordLength, verifyPassword } from './password.ts';

/** The only user of the identity library, loaded when the first person signs in: an idle process does without it. */
export interface IdentityLibraryOptions {
  database: AccountsDatabase;
  /** Base URL of the API. */
  publicUrl: string;
  secret: string;
}

const sessionDays = 7;
const daySeconds = 86_400;

export function createIdentityLibrary({ database, publicUrl, secret }: IdentityLibraryOptions) {
  return betterAuth({
    appName: 'Kajitori',
    baseURL: publicUrl,
    basePath: '/v1/auth',
    secret,
    database: drizzleAdapter(database.unbound, {
      provider: 'pg',
      schema: { user: users, session: sessions, account: credentials, verification: verifications },
    }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    session: { expiresIn: sessionDays * daySeconds, updateAge: daySeconds },
    advanced: { database: { generateId: ({ model }) => (model === 'user' ? newUserId() : randomName(24)) } },
    // A bearer must show the signature: the token as it lies in the database opens nothing.
    plugins: [bearer({ requireSignature: true })],
    // Attempts are counted in Postgres, for all processes together (attempts.ts).
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
}

export type IdentityLibrary = ReturnType<typeof createIdentityLibrary>;
