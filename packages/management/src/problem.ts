import { z } from '@hono/zod-openapi';
import { type AccountsError, type AccountsReason, isAccountsError } from '@kajitori/accounts';
import { isStatusError, type StatusError } from '@kajitori/apimachinery';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** RFC 9457, with what to do about it, and the fields that are at fault. */
export const problemForm = z
  .object({
    type: z
      .string()
      .openapi({ description: 'A relative reference to the documentation of this kind of problem.', example: '/v1/docs#conflict' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What happened, for a person.' }),
    instance: z.string().openapi({ description: 'The path that was asked.' }),
    remedy: z.string().openapi({ description: 'What can be done about it.' }),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    requestId: z.string().openapi({ description: 'Name it when you ask for help.' }),
  })
  .openapi('Problem');

export type Problem = z.infer<typeof problemForm>;

export type ProblemKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'too-large'
  | 'unsupported-media-type'
  | 'invalid'
  | 'limit'
  | 'too-many-requests'
  | 'internal'
  | 'unavailable';

/** Every kind of problem: its status, its title, and what it means. The documentation lists them from here. */
export const problemKinds: Record<ProblemKind, { status: ContentfulStatusCode; title: string; meaning: string }> = {
  malformed: {
    status: 400,
    title: 'Malformed request',
    meaning: 'The request could not be read, for example because its body is not JSON.',
  },
  unauthenticated: { status: 401, title: 'Not signed in', meaning: 'No valid API key or session came with the request.' },
  forbidden: { status: 403, title: 'Not allowed', meaning: 'The role or the scope of the caller does not reach this.' },
  'not-found': { status: 404, title: 'Not found', meaning: 'There is no such thing, or it belongs to somebody else.' },
  'method-not-allowed': { status: 405, title: 'Method not allowed', meaning: 'The path exists, but not for this method.' },
  conflict: {
    status: 409,
    title: 'Conflict',
    meaning: 'What is there already forbids it: a name that is taken, a thing that is still in use.',
  },
  'too-large': { status: 413, title: 'Too large', meaning: 'The body is larger than this API reads.' },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'Bodies are JSON: send Content-Type: application/json.',
  },
  invalid: { status: 422, title: 'Invalid value', meaning: 'A field has a value that it cannot have; `errors` names it.' },
  limit: { status: 429, title: 'Limit reached', meaning: 'There are as many of these as there can be.' },
  'too-many-requests': { status: 429, title: 'Too many requests', meaning: 'Try again after the time in Retry-After.' },
  internal: { status: 500, title: 'Internal error', meaning: 'The fault is ours. The request id finds it in our logs.' },
  unavailable: { status: 503, title: 'Unavailable', meaning: 'Something that this needs does not answer now.' },
};

/** A refusal of the REST API itself; those of accounts and of clusters are translated. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly kind: ProblemKind;
  readonly remedy: string;
  readonly errors: Problem['errors'];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: ProblemKind,
    detail: string,
    remedy: string,
    options: { errors?: Problem['errors']; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.remedy = remedy;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Any failure as a refusal; undefined for one that is our fault. */
export function asProblemError(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (isAccountsError(error)) return fromAccounts(error);
  if (isStatusError(error)) return fromCluster(error);
  return undefined;
}

export function problemBody(error: ProblemError, { path, requestId }: { path: string; requestId: string }): Problem {
  const { status, title } = problemKinds[error.kind];
  return {
    type: `/v1/docs#${error.kind}`,
    title,
    status,
    detail: error.message,
    instance: path,
    remedy: error.remedy,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    requestId,
  };
}

const kindOfReason: Record<AccountsReason, ProblemKind> = {
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  notFound: 'not-found',
  conflict: 'conflict',
  invalid: 'invalid',
  limit: 'limit',
  tooManyAttempts: 'too-many-requests',
};

function fromAccounts(error: AccountsError): ProblemError {
  const errors = error.field === undefined ? undefined : [{ field: error.field, message: error.message }];
  return new ProblemError(kindOfReason[error.reason], error.message, error.remedy, {
    errors,
    retryAfterSeconds: error.retryAfterSeconds,
    cause: error,
  });
}

/** What the Kubernetes API of a cluster answered. A failure of it (5xx) is that the cluster is unavailable. */
function fromCluster(error: StatusError): ProblemError {
  const kind = kindOfCode(error.code);
  const remedy = kind === 'unavailable' ? 'Try again in a moment.' : 'The message is that of the cluster’s Kubernetes API.';
  return new ProblemError(kind, error.message, remedy, { retryAfterSeconds: error.details?.retryAfterSeconds, cause: error });
}

function kindOfCode(code: number): ProblemKind {
  if (code >= 500) return 'unavailable';
  const match = (Object.keys(problemKinds) as ProblemKind[]).find((kind) => problemKinds[kind].status === code && kind !== 'limit');
  return match ?? 'conflict';
}
