import { type KubeObject, methodNotAllowed, type Clock, notFound, StatusError } from '@kajitori/apimachinery';
import type { Logger } from '@kajitori/telemetry';
import type { Admission, AdmissionOperation } from '../admission/admission.ts';
import { type Authorize, noteDecision, refusal } from '../authorization/authorizer.ts';
import { type Call, groupResourceOf } from '../call.ts';
import type { CompanionSet } from '../companions/companions.ts';
import type { Kind } from '@kajitori/kinds';
import type { ComputedKind } from './computed-kind.ts';
import { checkSchema } from '../registry/check.ts';
import { createObject } from '../registry/create.ts';
import { type Deleted, type DeletedCollection, deleteCollection, deleteObject, type DeleteOptions } from '../registry/delete.ts';
import { bodyOf, Item } from '../registry/item.ts';
import type { ListParameters } from '../registry/list-query.ts';
import { checkScope, type ItemPage, readOne, readPage } from '../registry/read.ts';
import { Turns } from '../registry/turns.ts';
import { type Updated, updateObject, type UpdateOptions } from '../registry/update.ts';
import type { Definitions } from '../custom-resources/definitions.ts';
import { isDefinition } from '../custom-resources/definition-statuses.ts';
import { reviews, type ReviewServices } from '../reviews/reviews.ts';
import type { TokenRequests } from '../service-accounts/token-requests.ts';
import { boundPod } from '../subresources/binding.ts';
import { budgetedDeletion, checkEviction } from '../subresources/eviction.ts';
import { scaleOf, withScale } from '../subresources/scale.ts';
import { runWatch, type WatchParameters, type WatchSink } from '../watch/watch-session.ts';
import type { WatchHub } from '../watch/watch-hub.ts';

export interface OperationServices extends ReviewServices {
  clock: Clock;
  admission: Admission;
  companions: CompanionSet;
  authorize: Authorize;
  hub: WatchHub;
  definitions: Definitions;
  tokenRequests: TokenRequests;
  /** Kinds that are made when they are asked for. */
  computed: ReadonlyMap<Kind, ComputedKind>;
  /** The catalogue's Pod: Bindings act on it. */
  podKind: Kind;
  logger: Logger;
}

/** An answer that is no stored object: a Scale, a review, a token. */
export interface Answer {
  value: KubeObject;
  created: boolean;
}

export type Change = (old: KubeObject) => KubeObject | Promise<KubeObject>;

/**
 * The API's verbs, after authentication. Every way in (HTTP, in process) ends here, so that authorization and admission
 * are passed by all. What a kind or subresource has no verb for is refused here too.
 */
export class Operations {
  readonly services: OperationServices;
  /** Evictions of a namespace spend the same budgets. */
  readonly #evictions = new Turns();

  constructor(services: OperationServices) {
    this.services = services;
  }

  async get(call: Call): Promise<Item | Answer> {
    await this.#admitVerb(call, 'get');
    const computed = this.services.computed.get(call.kind);
    if (computed !== undefined) return computedItem(call.kind, await computed.get(call));
    const item = await readOne(call);
    return call.subresource === 'scale' ? { value: scaleOf(call.kind, item.draft()), created: false } : item;
  }

  async list(call: Call, query: ListParameters): Promise<ItemPage> {
    await this.#admitVerb(call, 'list');
    const computed = this.services.computed.get(call.kind);
    if (computed !== undefined)
      return { items: (await computed.list(call, query)).map((object) => computedItem(call.kind, object)), resourceVersion: '' };
    return readPage(call, query);
  }

  async watch(call: Call, query: WatchParameters, sink: WatchSink, signal: AbortSignal): Promise<void> {
    await this.authorize(call, 'watch');
    await runWatch(this.services, call, query, sink, signal);
  }

  /** For answers that need no operation of their own: a watch that is only being set up, a list that is held already. */
  authorize(call: Call, verb: 'list' | 'watch'): Promise<void> {
    return this.#admitVerb(call, verb);
  }

  async create(call: Call, body: KubeObject): Promise<Item | Answer> {
    await this.#admitVerb(call, 'create');
    const { kind, subresource } = call;
    if (subresource !== '') return this.#createSubresource(call, body);
    if (kind.stored) return this.#written(call, createObject(this.services, call, body));
    checkSchema(call, body);
    await this.#admitBody(call, 'CREATE', body);
    checkSchema(call, body);
    if (kind.kind === 'Binding') return this.#bind({ ...call, name: body.metadata.name ?? '' }, body);
    const review = reviews[`${kind.group}/${kind.kind}`];
    if (review === undefined) throw methodNotAllowed(groupResourceOf(kind), 'create');
    return { value: await review(this.services, call, body), created: true };
  }

  /** `body` is the whole new object, or the Scale of it. */
  async update(call: Call, body: KubeObject): Promise<Updated | Answer> {
    await this.#admitVerb(call, 'update');
    if (call.subresource === 'scale') return this.#scale(call, () => body);
    const { strategy } = call.kind;
    return this.#updated(call, {
      change: () => structuredClone(body),
      part: partOf(call),
      requireVersion: !strategy.allowUnconditionalUpdate,
      ...(strategy.allowCreateOnUpdate === true && call.subresource === '' ? { createFrom: () => structuredClone(body) } : {}),
    });
  }

  /** `change` computes the patched object from the present one; for `scale`, the patched Scale from the present Scale. */
  async patch(call: Call, change: Change, createFrom?: () => KubeObject): Promise<Updated | Answer> {
    await this.#admitVerb(call, 'patch');
    if (call.subresource === 'scale') return this.#scale(call, change);
    return this.#updated(call, {
      change,
      part: partOf(call),
      requireVersion: false,
      ...(createFrom === undefined ? {} : { createFrom }),
    });
  }

  /** Server-side apply; `change` has settled who owns what. */
  async apply(call: Call, { change, createFrom }: { change: Change; createFrom?: () => KubeObject }): Promise<Updated> {
    await this.#admitVerb(call, 'patch');
    return this.#updated(call, {
      change,
      part: partOf(call),
      requireVersion: false,
      applies: true,
      ...(createFrom === undefined ? {} : { createFrom }),
    });
  }

  async delete(call: Call, options: DeleteOptions): Promise<Deleted> {
    await this.#admitVerb(call, 'delete');
    return this.#written(call, deleteObject(this.services, call, options));
  }

  async deleteCollection(call: Call, query: ListParameters, options: DeleteOptions): Promise<DeletedCollection> {
    await this.#admitVerb(call, 'deletecollection');
    return this.#written(call, deleteCollection(this.services, call, query, options));
  }

  /** For `connect` subresources (exec, log, proxy), which their own rooms serve once this has passed. `name` is the object's, where the path says more. */
  async admitConnect(call: Call, name = call.name, connectOptions?: KubeObject): Promise<Item> {
    await this.#authorize(call);
    const item = await readOne({ ...call, name, subresource: '' });
    if (connectOptions !== undefined) await this.#admitBody({ ...call, name }, 'CONNECT', connectOptions);
    return item;
  }

  #updated(call: Call, options: UpdateOptions): Promise<Updated> {
    return this.#written(call, updateObject(this.services, call, options));
  }

  /** A definition that this process wrote is served by it from the answer on. */
  async #written<T>(call: Call, write: Promise<T>): Promise<T> {
    try {
      return await write;
    } finally {
      if (isDefinition(call.kind)) this.services.definitions.forget(call.cluster);
    }
  }

  async #scale(call: Call, change: Change): Promise<Answer> {
    const { item } = await updateObject(this.services, call, {
      part: 'main',
      requireVersion: false,
      change: async (old) => withScale(call.kind, old, await change(scaleOf(call.kind, old))),
    });
    return { value: scaleOf(call.kind, item.draft()), created: false };
  }

  async #createSubresource(call: Call, body: KubeObject): Promise<Item | Answer> {
    await this.#admitBody(call, 'CREATE', body);
    if (call.subresource === 'binding') return this.#bind(call, body);
    if (call.subresource === 'eviction') return this.#evict(call, body);
    if (call.subresource === 'token') return { value: await this.services.tokenRequests.create(call, body), created: true };
    throw methodNotAllowed(groupResourceOf(call.kind), 'create');
  }

  /** Admission of a body that is no stored object. */
  async #admitBody(call: Call, operation: AdmissionOperation, object: KubeObject): Promise<void> {
    await this.services.admission.mutate({ call, operation, object });
    await this.services.admission.validate({ call, operation, object });
  }

  async #bind(call: Call, body: KubeObject): Promise<Answer> {
    const pods = this.services.podKind;
    await updateObject(
      this.services,
      { ...call, kind: pods },
      {
        part: 'binding',
        requireVersion: false,
        change: (old) => boundPod(pods, old, body, this.services.clock.now()),
      },
    );
    return {
      value: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as unknown as KubeObject,
      created: true,
    };
  }

  /** An eviction is a deletion with the Eviction's options that the pod's disruption budget allows. */
  async #evict(call: Call, body: KubeObject): Promise<Answer> {
    checkEviction(call, body);
    const { dryRun = [], ...options } = (body['deleteOptions'] ?? {}) as DeleteOptions & { dryRun?: string[] };
    const asked = { ...call, dryRun: call.dryRun || dryRun.includes('All') };
    const companion = budgetedDeletion(asked, this.services.clock);
    await this.#evictions.take(`${call.cluster} ${call.namespace}`, () => deleteObject(this.services, asked, options, { companion }));
    return {
      value: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as unknown as KubeObject,
      created: true,
    };
  }

  async #admitVerb(call: Call, verb: string): Promise<void> {
    checkScope(call);
    if (call.subresource === '') {
      if (!(call.kind.verbs as readonly string[]).includes(verb)) throw methodNotAllowed(groupResourceOf(call.kind), verb);
    } else {
      const subresource = call.kind.subresources?.[call.subresource];
      if (subresource === undefined) throw notFound(groupResourceOf(call.kind), `${call.name}/${call.subresource}`);
      if (!subresource.verbs.includes(verb)) throw methodNotAllowed(groupResourceOf(call.kind), verb);
    }
    await this.#authorize({ ...call, verb });
  }

  async #authorize({ cluster, user, verb, kind, namespace, name, subresource, auditAnnotations }: Call): Promise<void> {
    const attributes = { user, verb, resource: { group: kind.group, resource: kind.plural, subresource, namespace, name } };
    const decision = await this.services.authorize(cluster, attributes);
    noteDecision(decision, auditAnnotations);
    if (!decision.allowed) throw refusal(attributes, decision.reason);
  }
}

function partOf({ subresource }: Call): UpdateOptions['part'] {
  if (subresource === '') return 'main';
  return subresource === 'status' || subresource === 'finalize' ? subresource : 'whole';
}

export function isAnswer(result: Item | Answer | Updated): result is Answer {
  return 'value' in result;
}

function computedItem(kind: Kind, object: KubeObject): Item {
  return new Item(kind, bodyOf(kind, object), undefined);
}

/** A path that names nothing. */
export function unknownPath(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource');
}
