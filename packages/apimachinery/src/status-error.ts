import { type GroupResource, groupResourceText } from './metadata.ts';

/** `metav1.Status`, the body of every failure of the Kubernetes API. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: StatusReason;
  details?: StatusDetails;
  code: number;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** Reasons and their HTTP codes, from apimachinery's `metav1.StatusReason`. */
const codes = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  Invalid: 422,
  ServerTimeout: 500,
  StoreReadError: 500,
  Timeout: 504,
  TooManyRequests: 429,
  BadRequest: 400,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  InternalError: 500,
  ServiceUnavailable: 503,
} as const;

export type StatusReason = keyof typeof codes;

/** The one error of the API: it becomes the `Status` body of the answer. Its message is for the caller: no secret, no stack. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly reason: StatusReason;
  readonly code: number;
  readonly details: StatusDetails | undefined;
  /** A list that expired carries the token to go on with, inconsistently. */
  readonly continueToken: string | undefined;

  constructor(
    reason: StatusReason,
    message: string,
    options: { details?: StatusDetails; code?: number; cause?: unknown; continueToken?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.code = options.code ?? codes[reason];
    this.details = options.details;
    this.continueToken = options.continueToken;
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.continueToken === undefined ? {} : { continue: this.continueToken },
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

export function isStatusError(error: unknown, reason?: StatusReason): error is StatusError {
  return error instanceof StatusError && (reason === undefined || error.reason === reason);
}

const subject = ({ group, resource }: GroupResource, name: string): StatusDetails => ({
  name,
  ...(group === '' ? {} : { group }),
  kind: resource,
});

export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError('NotFound', `${groupResourceText(resource)} "${name}" not found`, { details: subject(resource, name) });
}

export function alreadyExists(resource: GroupResource, name: string): StatusError {
  return new StatusError('AlreadyExists', `${groupResourceText(resource)} "${name}" already exists`, {
    details: subject(resource, name),
  });
}

/** Optimistic locking failed, or a precondition did. `why` completes the sentence. */
export function conflict(resource: GroupResource, name: string, why: string): StatusError {
  return new StatusError('Conflict', `Operation cannot be fulfilled on ${groupResourceText(resource)} "${name}": ${why}`, {
    details: subject(resource, name),
  });
}

export const objectModified = 'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(resource: GroupResource, name: string, why: string): StatusError {
  const named = name === '' ? '' : ` "${name}"`;
  return new StatusError('Forbidden', `${groupResourceText(resource)}${named} is forbidden: ${why}`, {
    details: subject(resource, name),
  });
}

export function badRequest(message: string, cause?: unknown): StatusError {
  return new StatusError('BadRequest', message, { cause });
}

export function unauthorized(): StatusError {
  return new StatusError('Unauthorized', 'Unauthorized');
}

/** The log no longer holds what followed this revision; the client lists again. */
export function expired(message = 'The resourceVersion for the provided watch is too old.'): StatusError {
  return new StatusError('Expired', message);
}

export function methodNotAllowed(resource: GroupResource, action: string): StatusError {
  return new StatusError('MethodNotAllowed', `${action} is not supported on resources of kind "${groupResourceText(resource)}"`, {
    details: { ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.resource },
  });
}

export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return new StatusError('TooManyRequests', message, { details: { retryAfterSeconds } });
}

export function internalError(what: string, cause?: unknown): StatusError {
  return new StatusError('InternalError', `Internal error occurred: ${what}`, { cause });
}
