import { type ClusterId, internalError, isStatusError, type KubeObject } from '@kajitori/apimachinery';
import { type Kind, type MutatingWebhookConfiguration, mutatingWebhookConfigurations } from '@kajitori/kinds';
import { applyJsonPatch } from '@kajitori/schema';
import { WebhookCallError } from '../../webhook-client/webhook-client.ts';
import type { AdmissionPlugin, AdmissionRequest, MutationRound } from '../admission.ts';
import { isDynamic, replaceObject } from '../dynamic/attributes.ts';
import { ConfigurationSource } from '../dynamic/configuration-source.ts';
import type { DynamicServices, MatchContexts } from '../dynamic/dynamic-services.ts';
import { settledObject } from '../dynamic/settled-object.ts';
import type { MatchContext } from '../dynamic/matching.ts';
import { type AskServices, askWebhook, kindFor } from './ask-webhook.ts';
import { Reinvocation } from '../dynamic/reinvocation.ts';
import { failedWebhook } from './webhook-error.ts';
import { type Webhook, webhooksOf } from './webhook.ts';

/** Asks the mutating webhooks that a request concerns, one after another: each sees what those before it made. */
export class MutatingWebhooks implements AdmissionPlugin {
  readonly name = 'MutatingAdmissionWebhook';
  readonly #source: ConfigurationSource<MutatingWebhookConfiguration, Webhook>;
  readonly #contexts: MatchContexts;
  readonly #services: AskServices;

  constructor(services: DynamicServices, contexts: MatchContexts) {
    this.#source = new ConfigurationSource({ storage: services.storage, kind: mutatingWebhookConfigurations, make: webhooksOf });
    this.#contexts = contexts;
    this.#services = { client: services.webhooks, logger: services.logger };
  }

  handles(request: AdmissionRequest): boolean {
    return isDynamic(request);
  }

  expire(cluster: ClusterId): void {
    this.#source.expire(cluster);
  }

  async mutate(request: AdmissionRequest, round: MutationRound): Promise<void> {
    const webhooks = await this.#source.of(request.call.cluster);
    if (webhooks.length === 0) return;
    const again = Reinvocation.of(round, this.name, request.object);
    for (const [index, webhook] of webhooks.entries()) {
      if (!again.invokes(webhook.key)) continue;
      const context = this.#contexts.of(request);
      const shown = await kindFor(webhook, context);
      if (shown === undefined) continue;
      const changed = await this.#ask(webhook, context, { shown, where: `round_${round.number}_index_${index}` });
      if (changed) {
        again.objectChanged();
        round.askForAnother();
      }
      if (webhook.reinvokes) again.mayInvokeAgain(webhook.key);
    }
    again.end(request.object);
  }

  /** Whether it changed the object. */
  async #ask(webhook: Webhook, context: MatchContext, { shown, where }: { shown: Kind; where: string }): Promise<boolean> {
    const { request } = context;
    const note = (what: string, value: string): void =>
      void request.call.auditAnnotations?.set(`${what}.webhook.admission.k8s.io/${where}`, value);
    const answer = await askWebhook(this.#services, webhook, context, {
      shown,
      mutating: true,
      failedOpen: () => note('failed-open.mutating', webhook.name),
    });
    const changed = answer?.patch === undefined ? undefined : await patched(webhook, context, answer.patch, shown);
    const mutated = changed !== undefined;
    const named = { configuration: webhook.configuration, webhook: webhook.name };
    note('mutation', JSON.stringify({ ...named, mutated }));
    if (changed === undefined) return false;
    note('patch', JSON.stringify({ ...named, patch: JSON.parse(answer?.patch ?? '') as unknown, patchType: 'JSONPatch' }));
    replaceObject(request, changed);
    return true;
  }
}

/** The object after the webhook's patch, decoded and defaulted; undefined when the patch changes nothing. */
async function patched(
  webhook: Webhook,
  { attributes, request, as, back }: MatchContext,
  patch: string,
  shown: Kind,
): Promise<KubeObject | undefined> {
  const operations = parsedPatch(webhook, patch);
  if (operations.length === 0) return undefined;
  const { object } = attributes;
  if (object === undefined) {
    throw internalError(
      `admission webhook ${JSON.stringify(webhook.name)} attempted to modify the object, which is not supported for this operation`,
    );
  }
  try {
    const result = applyJsonPatch((await as(shown)).object, operations) as KubeObject;
    const settled = settledObject(await back(result, shown), object, request.call.kind);
    return JSON.stringify(settled) === JSON.stringify(object) ? undefined : settled;
  } catch (error) {
    if (!isStatusError(error)) throw error;
    throw internalError(error.message, error);
  }
}

function parsedPatch(webhook: Webhook, patch: string): unknown[] {
  try {
    const operations: unknown = JSON.parse(patch);
    if (Array.isArray(operations)) return operations;
  } catch (error) {
    throw failedWebhook(webhook.name, new WebhookCallError('the patch is not JSON', { cause: error }));
  }
  throw failedWebhook(webhook.name, new WebhookCallError('the patch is not a list of operations'));
}
