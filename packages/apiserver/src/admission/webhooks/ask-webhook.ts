import type { Logger } from '@kajitori/telemetry';
import type { Kind } from '@kajitori/kinds';
import { WebhookCallError, type WebhookClient } from '../../webhook-client/webhook-client.ts';
import { type MatchContext, matchedKind } from '../dynamic/matching.ts';
import { meetsConditions } from '../dynamic/match-conditions.ts';
import { type ReviewAnswer, reviewRequest } from './admission-review.ts';
import { reviewBy } from './review-by.ts';
import { deniedByWebhook, failedWebhook, noDryRun } from './webhook-error.ts';
import type { Webhook } from './webhook.ts';

export interface AskServices {
  client: WebhookClient;
  logger: Logger;
}

/** The kind in which a webhook is to see the request; undefined when it is not asked. @throws StatusError Forbidden when its conditions fail and so does it. */
export async function kindFor(webhook: Webhook, context: MatchContext): Promise<Kind | undefined> {
  const kind = await matchedKind(webhook.match, context);
  return kind !== undefined && (await meetsConditions(webhook.conditions, context)) ? kind : undefined;
}

/**
 * Asks one webhook and settles what its answer, or its silence, means.
 * Undefined: it gave none, and may be passed over.
 * @throws StatusError when it denies the request, or when it failed and its policy is Fail.
 */
export async function askWebhook(
  { client, logger }: AskServices,
  webhook: Webhook,
  { request, as }: MatchContext,
  { shown, mutating, failedOpen }: { shown: Kind; mutating: boolean; failedOpen: () => void },
): Promise<ReviewAnswer | undefined> {
  const { call } = request;
  if (call.dryRun && !webhook.allowsDryRun) throw noDryRun(webhook.name);
  let answer: ReviewAnswer;
  try {
    answer = await reviewBy(client, call.cluster, webhook, reviewRequest(await as(shown), call.kind, shown), mutating);
  } catch (error) {
    if (!(error instanceof WebhookCallError)) throw error;
    if (!webhook.failsOpen) throw failedWebhook(webhook.name, error);
    logger.debug({ cluster: call.cluster, error }, 'a webhook failed, and its policy lets the request pass');
    failedOpen();
    return undefined;
  }
  call.warnings.push(...answer.warnings);
  for (const [key, value] of Object.entries(answer.auditAnnotations)) call.auditAnnotations?.set(`${webhook.name}/${key}`, value);
  if (!answer.allowed) throw deniedByWebhook(webhook.name, answer);
  return answer;
}
