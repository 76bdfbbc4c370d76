import type { ClusterId } from '@kajitori/apimachinery';
import { WebhookCallError, type WebhookClient } from '../../webhook-client/webhook-client.ts';
import { type ReviewAnswer, reviewAnswer, reviewText } from './admission-review.ts';
import type { Webhook } from './webhook.ts';

/** Sends a webhook its review and reads what it says. @throws WebhookCallError when no answer came that means anything. */
export async function reviewBy(
  client: WebhookClient,
  cluster: ClusterId,
  webhook: Webhook,
  request: Record<string, unknown>,
  mutating: boolean,
): Promise<ReviewAnswer> {
  const { reviewVersion, address } = webhook;
  if (reviewVersion === undefined) {
    throw new WebhookCallError('could not get REST client: webhook does not accept known AdmissionReview versions (v1, v1beta1)');
  }
  const body = await client.post(cluster, address, reviewText(reviewVersion, request)).catch((error: unknown) => {
    throw error instanceof WebhookCallError ? new WebhookCallError(`failed to call webhook: ${error.message}`, { cause: error }) : error;
  });
  try {
    return reviewAnswer(reviewVersion, String(request['uid']), body, mutating);
  } catch (error) {
    throw new WebhookCallError(`received invalid webhook response: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
