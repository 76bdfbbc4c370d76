import { hash } from 'node:crypto';
import { isSecretToken, ShortLivedCache } from '@kajitori/apimachinery';
import { eq, lt, sql } from 'drizzle-orm';
import { AccountsError } from '../accounts-error.ts';
import type { AccountsDatabase } from '../database.ts';
import type { UserId } from '../ids.ts';
import type { PlatformKeys } from '../platform/platform-keys.ts';
import type { UserPrincipal } from '../principal.ts';
import { sessions, users } from '../schema/index.ts';
import type { Attempts } from './attempts.ts';
import type { IdentityLibrary } from './better-auth.ts';

export interface User {
  id: UserId;
  name: string;
  email: string;
  createdAt: Date;
}

export interface SignedIn {
  user: User;
  /** A bearer token. */
  token: string;
  expiresAt: Date;
}

/** Where a request came from: written beside the session, and counted against guessing. */
export interface Origin {
  address: string;
  userAgent: string;
}

const attemptsPerEmailAndAddress = 10;
const attemptsPerEmail = 100;
const attemptsPerAddress = 100;
const signUpsPerAddress = 20;
const sessionCacheMilliseconds = 1_500;
const maxCachedSessions = 10_000;

/** People: they sign up with a password, sign in, and act by sessions. */
export class Identity {
  readonly #database: AccountsDatabase;
  readonly #keys: PlatformKeys;
  readonly #attempts: Attempts;
  readonly #publicUrl: string;
  readonly #sessions = new ShortLivedCache<string, UserPrincipal | undefined>({
    maxAgeMilliseconds: sessionCacheMilliseconds,
    maxEntries: maxCachedSessions,
    rememberAbsence: true,
  });
  #library: Promise<IdentityLibrary> | undefined;

  constructor(options: { database: AccountsDatabase; keys: PlatformKeys; attempts: Attempts; publicUrl: string }) {
    this.#database = options.database;
    this.#keys = options.keys;
    this.#attempts = options.attempts;
    this.#publicUrl = options.publicUrl;
  }

  /** @throws AccountsError `conflict` when the address has an account, `invalid`, or `tooManyAttempts`. */
  async signUp(person: { name: string; email: string; password: string }, origin: Origin): Promise<SignedIn> {
    await this.#attempts.count(`sign-up ${origin.address}`, signUpsPerAddress);
    const email = person.email.toLowerCase();
    const { api } = await this.#loadLibrary();
    const { headers } = await refusalsInWords(
      api.signUpEmail({ body: { ...person, email }, headers: headersOf(origin), returnHeaders: true }),
    );
    return this.#signedIn(headers);
  }

  /** @throws AccountsError `unauthenticated` for a wrong address or password alike, or `tooManyAttempts`. */
  async signIn({ email: given, password }: { email: string; password: string }, origin: Origin): Promise<SignedIn> {
    const email = given.toLowerCase();
    const ownTries = `sign-in ${email} ${origin.address}`;
    await this.#attempts.count(ownTries, attemptsPerEmailAndAddress);
    await this.#attempts.count(`sign-in ${email}`, attemptsPerEmail);
    await this.#attempts.count(`sign-in from ${origin.address}`, attemptsPerAddress);
    const { api } = await this.#loadLibrary();
    const { headers } = await refusalsInWords(
      api.signInEmail({ body: { email, password }, headers: headersOf(origin), returnHeaders: true }),
    );
    await this.#attempts.forget(ownTries);
    return this.#signedIn(headers);
  }

  /** Who a session's token speaks for; undefined when it is none, is over, or was ended at least two seconds ago. */
  authenticateSession(token: string): Promise<UserPrincipal | undefined> {
    if (!sessionTokenForm.test(token) || isSecretToken('apiKey', token)) return Promise.resolve(undefined);
    return this.#sessions.get(hash('sha256', token), async () => (await this.#session(token))?.principal);
  }

  async signOut(token: string): Promise<void> {
    const { api } = await this.#loadLibrary();
    await api.signOut({ headers: bearerHeaders(token) });
    this.#sessions.delete(hash('sha256', token));
  }

  /** Removes sessions that are over: the library only looks past them. */
  async forgetOldSessions(): Promise<void> {
    await this.#database.unbound.delete(sessions).where(lt(sessions.expiresAt, sql`now()`));
  }

  async findUser(email: string): Promise<User | undefined> {
    const [found] = await this.#database.unbound
      .select({ id: users.id, name: users.name, email: users.email, createdAt: users.createdAt })
      .from(users)
      .where(eq(users.email, email.toLowerCase()));
    return found === undefined ? undefined : { ...found, id: found.id as UserId };
  }

  async #signedIn(headers: Headers): Promise<SignedIn> {
    const token = headers.get('set-auth-token');
    const session = token === null ? undefined : await this.#session(token);
    if (token === null || session === undefined) throw new Error('the identity library opened no session');
    return { user: session.user, token, expiresAt: session.expiresAt };
  }

  async #session(token: string): Promise<{ user: User; principal: UserPrincipal; expiresAt: Date } | undefined> {
    const { api } = await this.#loadLibrary();
    const found = await api.getSession({ headers: bearerHeaders(token) });
    if (found === null) return undefined;
    const { id, name, email, createdAt } = found.user;
    const userId = id as UserId;
    return {
      user: { id: userId, name, email, createdAt },
      principal: { type: 'user', userId, name, email, sessionId: found.session.id },
      expiresAt: found.session.expiresAt,
    };
  }

  #loadLibrary(): Promise<IdentityLibrary> {
    if (this.#library !== undefined) return this.#library;
    const loading = Promise.all([import('./better-auth.ts'), this.#keys.secret('platform', 'session-secret')]).then(
      ([{ createIdentityLibrary }, secret]) =>
        createIdentityLibrary({ database: this.#database, publicUrl: this.#publicUrl, secret: secret.toString('hex') }),
    );
    loading.catch(() => (this.#library = undefined));
    return (this.#library = loading);
  }
}

/** A token and its signature; the second is percent-encoded base64. */
const sessionTokenForm = /^[A-Za-z0-9]{16,64}\.[A-Za-z0-9%+/=_-]{40,80}$/;

const bearerHeaders = (token: string): Headers => new Headers({ authorization: `Bearer ${token}` });
const headersOf = ({ address, userAgent }: Origin): Headers => new Headers({ 'x-forwarded-for': address, 'user-agent': userAgent });

interface LibraryRefusal {
  status: string | number;
  body?: { code?: string; message?: string };
}

/** The library's refusals in our words; its failures stay what they are. */
async function refusalsInWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw inWords(error);
  }
}

function inWords(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'APIError') return error;
  const { body } = error as Error & LibraryRefusal;
  switch (body?.code) {
    case 'INVALID_EMAIL_OR_PASSWORD':
      return new AccountsError('unauthenticated', 'the e-mail address or the password is wrong', 'Check both, or sign up.');
    case 'USER_ALREADY_EXISTS':
    case 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL':
      return new AccountsError('conflict', 'there is an account with this e-mail address', 'Sign in instead.', { field: 'email' });
    case 'PASSWORD_TOO_SHORT':
    case 'PASSWORD_TOO_LONG':
      return new AccountsError('invalid', body.message ?? 'the password is not of the right length', 'Choose another.', {
        field: 'password',
      });
    case 'INVALID_EMAIL':
      return new AccountsError('invalid', 'this is not an e-mail address', 'Give one of the form name@example.com.', { field: 'email' });
    default:
      return error;
  }
}
