import type { ClusterId, KubeObject } from '@kajitori/apimachinery';
import type { Expression, Kind } from '@kajitori/kinds';
import type { ClusterStorage, Storage } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import type { Decide } from '../../authorization/authorizer.ts';
import type { WebhookClient } from '../../webhook-client/webhook-client.ts';
import type { AdmissionRequest } from '../admission.ts';
import { type Attributes, attributesOf, isNamespace } from './attributes.ts';
import { asEquivalent, type ConvertOwn, equivalentKinds, type OwnKinds } from './equivalents.ts';
import { anyReads, inputOf } from './input.ts';
import type { MatchContext } from './matching.ts';
import { NamespaceSource } from './namespace-source.ts';

/** What admission by webhooks and policies of the tenant stands on. */
export interface DynamicServices {
  storage: Storage;
  /** Authorization in a cluster that answers at once. */
  decider: (cluster: ClusterId) => Promise<Decide>;
  webhooks: WebhookClient;
  ownKinds: OwnKinds;
  convert: ConvertOwn;
  /** A cluster's storage as a version of a kind sees it. */
  storageFor: (storage: ClusterStorage, kind: Kind) => ClusterStorage;
  logger: Logger;
}

/** Makes what matching asks of the world; one for all plug-ins, so that they share what they read. */
export class MatchContexts {
  readonly #namespaces: NamespaceSource;
  readonly #equivalents: MatchContext['equivalents'];

  readonly #decider: DynamicServices['decider'];
  readonly #convert: ConvertOwn;

  constructor({ storage, ownKinds, decider, convert }: DynamicServices) {
    this.#convert = convert;
    this.#decider = decider;
    this.#namespaces = new NamespaceSource(storage);
    this.#equivalents = equivalentKinds(ownKinds);
  }

  /** For the objects as they are now: a plug-in that changed them asks again. `object` stands in for the request's. */
  of(request: AdmissionRequest, object?: KubeObject): MatchContext {
    const asked = attributesOf(request);
    const attributes = object === undefined ? asked : { ...asked, object };
    const { cluster, kind } = request.call;
    const namespace = (): Promise<KubeObject | undefined> => this.#namespace(cluster, attributes.namespace);
    const { object: ours, oldObject } = attributes;
    const converted = async (one: KubeObject | undefined, from: Kind, to: Kind): Promise<KubeObject | undefined> =>
      one === undefined ? undefined : asEquivalent(one, { from, to, cluster, convert: this.#convert });
    const as = async (shown: Kind): Promise<Attributes> =>
      shown === kind
        ? attributes
        : { ...attributes, object: await converted(ours, kind, shown), oldObject: await converted(oldObject, kind, shown) };
    return {
      request,
      attributes,
      as,
      back: async (one, shown) => (await converted(one, shown, kind)) ?? one,
      equivalents: this.#equivalents,
      namespace,
      input: async (shown, expressions) =>
        inputOf({
          attributes: await as(shown),
          from: kind,
          shown,
          namespace: anyReads(expressions, 'namespaceObject') && !isNamespace(kind) ? await namespace() : undefined,
          decide: asksAuthorizer(expressions) ? await this.#decider(cluster) : undefined,
        }),
    };
  }

  async #namespace(cluster: ClusterId, name: string): Promise<KubeObject | undefined> {
    return name === '' ? undefined : this.#namespaces.of(cluster, name);
  }
}

function asksAuthorizer(expressions: readonly Expression[]): boolean {
  return anyReads(expressions, 'authorizer') || anyReads(expressions, 'authorizer.requestResource');
}
