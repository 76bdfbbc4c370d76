import type { ClusterId } from '@kajitori/apimachinery';
import { type ValidatingWebhookConfiguration, validatingWebhookConfigurations } from '@kajitori/kinds';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts';
import { isDynamic } from '../dynamic/attributes.ts';
import { ConfigurationSource } from '../dynamic/configuration-source.ts';
import type { DynamicServices, MatchContexts } from '../dynamic/dynamic-services.ts';
import type { MatchContext } from '../dynamic/matching.ts';
import { type AskServices, askWebhook, kindFor } from './ask-webhook.ts';
import { type Webhook, webhooksOf } from './webhook.ts';

/** Asks all validating webhooks that a request concerns, side by side. One refusal is enough. */
export class ValidatingWebhooks implements AdmissionPlugin {
  readonly name = 'ValidatingAdmissionWebhook';
  readonly #source: ConfigurationSource<ValidatingWebhookConfiguration, Webhook>;
  readonly #contexts: MatchContexts;
  readonly #services: AskServices;

  constructor(services: DynamicServices, contexts: MatchContexts) {
    this.#source = new ConfigurationSource({ storage: services.storage, kind: validatingWebhookConfigurations, make: webhooksOf });
    this.#contexts = contexts;
    this.#services = { client: services.webhooks, logger: services.logger };
  }

  handles(request: AdmissionRequest): boolean {
    return isDynamic(request);
  }

  expire(cluster: ClusterId): void {
    this.#source.expire(cluster);
  }

  async validate(request: AdmissionRequest): Promise<void> {
    const webhooks = await this.#source.of(request.call.cluster);
    if (webhooks.length === 0) return;
    const context = this.#contexts.of(request);
    const asked = await Promise.allSettled(webhooks.map((webhook, index) => this.#ask(webhook, index, context)));
    const refused = asked.find((one) => one.status === 'rejected');
    if (refused !== undefined) throw refused.reason;
  }

  async #ask(webhook: Webhook, index: number, context: MatchContext): Promise<void> {
    const shown = await kindFor(webhook, context);
    if (shown === undefined) return;
    const annotations = context.request.call.auditAnnotations;
    const failedOpen = (): void =>
      void annotations?.set(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, webhook.name);
    await askWebhook(this.#services, webhook, context, { shown, mutating: false, failedOpen });
  }
}
