/** Why accounts refused. `unauthenticated`: nobody known asks; `forbidden`: someone known asks too much. */
export type AccountsReason = 'unauthenticated' | 'forbidden' | 'notFound' | 'conflict' | 'invalid' | 'limit' | 'tooManyAttempts';

/** The one error of accounts. Its message and remedy are for the caller: no secret, nothing of another tenant. */
export class AccountsError extends Error {
  override readonly name = 'AccountsError';
  readonly reason: AccountsReason;
  /** What the caller can do about it, as a sentence. */
  readonly remedy: string;
  /** The field of the request that is at fault. */
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    reason: AccountsReason,
    message: string,
    remedy: string,
    options: { field?: string; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.remedy = remedy;
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export function isAccountsError(error: unknown, reason?: AccountsReason): error is AccountsError {
  return error instanceof AccountsError && (reason === undefined || error.reason === reason);
}

/** The same answer for what does not exist and for what is another tenant's. */
export function nothingThere(what: string, id: string): AccountsError {
  return new AccountsError(
    'notFound',
    `there is no ${what} ${JSON.stringify(id)}`,
    `Check the id, and that you are a member of its organization.`,
  );
}
