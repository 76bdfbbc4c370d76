import { badRequest, internalError, StatusError, type StatusReason } from '@kajitori/apimachinery';
import type { WebhookCallError } from '../../webhook-client/webhook-client.ts';
import type { ReviewAnswer } from './admission-review.ts';

/** A webhook said no. Code and reason are its own, when they are those of a failure. */
export function deniedByWebhook(webhook: string, { status = {} }: ReviewAnswer): StatusError {
  const { message = '', reason = '', code = 0, details } = status;
  const denied = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const said = message !== '' ? `: ${message}` : reason !== '' ? `: ${reason}` : ' without explanation';
  // A webhook's reason may be any word; clients read it as such.
  return new StatusError(reason as StatusReason, denied + said, {
    code: code < 400 ? 400 : code,
    ...(details === undefined ? {} : { details }),
  });
}

/** A webhook could not be asked, or answered nonsense, and its failure policy is Fail. */
export function failedWebhook(webhook: string, error: WebhookCallError): StatusError {
  return internalError(`failed calling webhook ${JSON.stringify(webhook)}: ${error.message}`, error);
}

export function noDryRun(webhook: string): StatusError {
  return badRequest(`admission webhook ${JSON.stringify(webhook)} does not support dry run`);
}
