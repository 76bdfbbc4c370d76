import type { ClusterId } from '@kajitori/apimachinery';
import type { EgressClient } from '@kajitori/egress';
import type { Storage } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import type { Authorize } from '../../authorization/authorizer.ts';
import type { ClusterDial } from '../../cluster-dial/cluster-dial.ts';
import type { AdmissionRequest } from '../admission.ts';
import { attributesOf } from './attributes.ts';
import { equivalentKinds, type OwnKinds } from './equivalents.ts';
import type { MatchContext } from './matching.ts';
import { NamespaceSource } from './namespace-source.ts';

/** What admission by webhooks and policies of the tenant stands on. */
export interface DynamicServices {
  storage: Storage;
  authorize: Authorize;
  egress: EgressClient;
  dial: ClusterDial;
  ownKinds: OwnKinds;
  logger: Logger;
}

/** Makes what matching asks of the world; one for all plug-ins, so that they share what they read. */
export class MatchContexts {
  readonly #namespaces: NamespaceSource;
  readonly #equivalents: MatchContext['equivalents'];

  constructor({ storage, ownKinds }: DynamicServices) {
    this.#namespaces = new NamespaceSource(storage);
    this.#equivalents = equivalentKinds(ownKinds);
  }

  /** For the objects as they are now: a plug-in that changed them asks again. */
  of(request: AdmissionRequest): MatchContext {
    const attributes = attributesOf(request);
    return {
      request,
      attributes,
      equivalents: this.#equivalents,
      namespace: () => this.#namespace(request.call.cluster, attributes.namespace),
    };
  }

  async #namespace(cluster: ClusterId, name: string): Promise<Awaited<ReturnType<NamespaceSource['of']>>> {
    return name === '' ? undefined : this.#namespaces.of(cluster, name);
  }
}
