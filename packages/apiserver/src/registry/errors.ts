import { conflict, notFound, objectModified, alreadyExists, StatusError, expired } from '@kajitori/apimachinery';
import { ClusterGoneError, ExpiredError, FutureRevisionError, type Refusal, StorageUnavailableError } from '@kajitori/storage';
import type { Kind } from '@kajitori/kinds';
import { groupResourceOf } from '../call.ts';

/** Storage's words in the API's. */
export function refusalError(refusal: Refusal, kind: Kind, name: string): StatusError {
  const resource = groupResourceOf(kind);
  switch (refusal.refused) {
    case 'exists':
      return alreadyExists(resource, name);
    case 'notFound':
      return notFound(resource, name);
    case 'conflict':
      return conflict(resource, name, objectModified);
    case 'clusterGone':
      return new StatusError('NotFound', 'the cluster does not exist or is being deleted');
    case 'fenced':
      return conflict(resource, name, 'the writer no longer holds its lease');
    case 'limit':
      return new StatusError('Forbidden', `${resource.resource} "${name}" is forbidden: ${refusal.limit}`);
  }
}

/** What a failed read or watch of storage tells the client; anything unknown is passed on as it is. */
export function readError(error: unknown): unknown {
  if (error instanceof ExpiredError) return expired();
  if (error instanceof FutureRevisionError) {
    return new StatusError('Timeout', `Too large resource version: the requested one is ahead of the current: ${error.current}`, {
      details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
      cause: error,
    });
  }
  if (error instanceof ClusterGoneError)
    return new StatusError('NotFound', 'the cluster does not exist or is being deleted', { cause: error });
  if (error instanceof StorageUnavailableError) {
    return new StatusError('ServiceUnavailable', 'the storage of this cluster did not answer; try again', {
      details: { retryAfterSeconds: 1 },
      cause: error,
    });
  }
  return error;
}
