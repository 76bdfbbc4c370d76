import type { MutatingWebhook, MutatingWebhookConfiguration, ValidatingWebhook, ValidatingWebhookConfiguration } from '@kajitori/kinds';
import { type Match, matchOf } from '../dynamic/matching.ts';
import { type MatchConditions, matchConditionsOf } from '../dynamic/match-conditions.ts';

/** One webhook of a configuration, read for use. */
export interface Webhook {
  /** Name of the object that it stands in. */
  configuration: string;
  name: string;
  /** Tells it from every other of the cluster. */
  key: string;
  match: Match;
  clientConfig: MutatingWebhook['clientConfig'];
  /** PEM. */
  ca: string | undefined;
  failsOpen: boolean;
  timeoutSeconds: number;
  /** Whether it may be asked on a dry run. */
  allowsDryRun: boolean;
  reviewVersion: 'v1' | 'v1beta1' | undefined;
  reinvokes: boolean;
  conditions: MatchConditions | undefined;
}

export function webhooksOf(configuration: MutatingWebhookConfiguration | ValidatingWebhookConfiguration): Webhook[] {
  const name = configuration.metadata.name ?? '';
  return (configuration.webhooks ?? []).map((webhook: MutatingWebhook | ValidatingWebhook) => {
    const { caBundle } = webhook.clientConfig;
    return {
      configuration: name,
      name: webhook.name,
      key: `${name}/${webhook.name}`,
      match: matchOf(webhook),
      clientConfig: webhook.clientConfig,
      ca: caBundle === undefined || caBundle === '' ? undefined : Buffer.from(caBundle, 'base64').toString('utf8'),
      failsOpen: webhook.failurePolicy === 'Ignore',
      timeoutSeconds: webhook.timeoutSeconds ?? 10,
      allowsDryRun: webhook.sideEffects === 'None' || webhook.sideEffects === 'NoneOnDryRun',
      // The first of the list that we speak, as the API server chooses it.
      reviewVersion: webhook.admissionReviewVersions.find((version) => version === 'v1' || version === 'v1beta1'),
      reinvokes: 'reinvocationPolicy' in webhook && webhook.reinvocationPolicy === 'IfNeeded',
      conditions: matchConditionsOf(webhook.matchConditions, webhook.failurePolicy),
    };
  });
}
