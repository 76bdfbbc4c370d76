import type { MutatingWebhook, MutatingWebhookConfiguration, ValidatingWebhook, ValidatingWebhookConfiguration } from '@kajitori/kinds';
import { bundledCertificates, type WebhookAddress } from '../../webhook-client/webhook-client.ts';
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
  address: WebhookAddress;
  failsOpen: boolean;
  /** Whether it may be asked on a dry run. */
  allowsDryRun: boolean;
  reviewVersion: 'v1' | 'v1beta1' | undefined;
  reinvokes: boolean;
  conditions: MatchConditions | undefined;
}

export function webhooksOf(configuration: MutatingWebhookConfiguration | ValidatingWebhookConfiguration): Webhook[] {
  const name = configuration.metadata.name ?? '';
  return (configuration.webhooks ?? []).map((webhook: MutatingWebhook | ValidatingWebhook) => {
    const { caBundle, ...place } = webhook.clientConfig;
    return {
      configuration: name,
      name: webhook.name,
      key: `${name}/${webhook.name}`,
      match: matchOf(webhook),
      address: { ...place, ca: bundledCertificates(caBundle), timeoutSeconds: webhook.timeoutSeconds ?? 10 },
      failsOpen: webhook.failurePolicy === 'Ignore',
      allowsDryRun: webhook.sideEffects === 'None' || webhook.sideEffects === 'NoneOnDryRun',
      // The first of the list that we speak, as the API server chooses it.
      reviewVersion: webhook.admissionReviewVersions.find((version) => version === 'v1' || version === 'v1beta1'),
      reinvokes: 'reinvocationPolicy' in webhook && webhook.reinvocationPolicy === 'IfNeeded',
      conditions: matchConditionsOf(webhook.matchConditions, webhook.failurePolicy),
    };
  });
}
