import { isStatusError, type KubeObject, type LabelSelector } from '@kajitori/apimachinery';
import { Informer, type ResourceClient } from '@kajitori/client';
import type { Kind } from '@kajitori/kinds';
import type { Change, PresentResources, Revision } from '@kajitori/storage';
import type { ChangeListener } from './change-feed.ts';
import type { Watch } from './controller.ts';

/** What a controller may ask of an informer. Objects are shared: none changes them. */
export interface Cache<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  list(namespace?: string, selector?: LabelSelector): T[];
  ownedBy(uid: string): T[];
}

export type AnyInformer = Informer<KubeObject>;

/** The informers of one active cluster, one a kind. Owns them. Must be told of every change, for those that rest. */
export class Caches implements AsyncDisposable, ChangeListener {
  readonly #informers = new Map<string, { informer: AnyInformer; kind: Kind; changesOnly: boolean }>();
  /** Kinds of which only metadata is kept, made when the first is asked for. */
  readonly #metadata = new Map<string, AnyInformer>();
  /** Resolved when the API no longer serves an informer's kind: it went with its definition, and the informer's owner hears of the same. */
  readonly #gone = new WeakMap<AnyInformer, PromiseWithResolvers<void>>();
  readonly #open: (kind: Kind) => ResourceClient<KubeObject>;
  readonly #onError: (kind: Kind, error: unknown) => void;

  constructor(open: (kind: Kind) => ResourceClient<KubeObject>, onError: (kind: Kind, error: unknown) => void) {
    this.#open = open;
    this.#onError = onError;
  }

  /** Makes the kind's informer, which starts with `start`. `changesOnly`: see `Watch`. */
  add(kind: Kind, { fieldSelector = '', changesOnly = false }: Pick<Watch, 'fieldSelector' | 'changesOnly'> = {}): AnyInformer {
    const key = keyOf(kind, fieldSelector);
    const known = this.#informers.get(key);
    const informer = known?.informer ?? this.#make(kind, { fieldSelector, keep: withoutManagedFields });
    this.#informers.set(key, { informer, kind, changesOnly: changesOnly && (known?.changesOnly ?? true) });
    return informer;
  }

  /**
   * The kind's informer, or one that keeps nothing but metadata, made and started now. Resolves when it shows everything; undefined
   * when the kind, one of the cluster's own, is not served any more.
   */
  async metadata(kind: Kind): Promise<AnyInformer | undefined> {
    const key = keyOf(kind, '');
    const informer = this.#informers.get(key)?.informer ?? this.#metadata.get(key) ?? this.#makeMetadata(kind, key);
    const gone = this.#gone.get(informer)?.promise ?? new Promise<never>(() => undefined);
    const shown = await Promise.race([informer.start().synced.then(() => true), gone.then(() => false)]);
    if (shown) return informer;
    await this.forget(kind);
    return undefined;
  }

  /** Ends a cache of metadata: its kind is gone. */
  async forget(kind: Kind): Promise<void> {
    const key = keyOf(kind, '');
    const informer = this.#metadata.get(key);
    this.#metadata.delete(key);
    await informer?.[Symbol.asyncDispose]();
  }

  #makeMetadata(kind: Kind, key: string): AnyInformer {
    const informer = this.#make(kind, { fieldSelector: '', keep: onlyMetadata });
    this.#metadata.set(key, informer);
    return informer;
  }

  #make(kind: Kind, { fieldSelector, keep }: { fieldSelector: string; keep: (object: KubeObject) => KubeObject }): AnyInformer {
    const gone = Promise.withResolvers<void>();
    const informer = new Informer<KubeObject>({
      client: this.#open(kind),
      keep,
      ...(fieldSelector === '' ? {} : { query: { fieldSelector } }),
      onError: (error) => {
        if (kind.custom !== undefined && isStatusError(error, 'NotFound')) gone.resolve();
        else this.#onError(kind, error);
      },
    });
    if (kind.custom !== undefined) this.#gone.set(informer, gone);
    return informer;
  }

  /** @throws Error for a kind that no descriptor watches. */
  of<T extends KubeObject>(kind: Kind<T>, fieldSelector = ''): Cache<T> {
    return this.informer(kind, fieldSelector) as unknown as Cache<T>;
  }

  /** @throws Error for a kind that no descriptor watches. */
  informer(kind: Pick<Kind, 'group' | 'version' | 'plural'>, fieldSelector = ''): AnyInformer {
    const found = this.#informers.get(keyOf(kind, fieldSelector));
    if (found === undefined) throw new Error(`no controller watches ${keyOf(kind, fieldSelector)}`);
    return found.informer;
  }

  find(kind: Pick<Kind, 'group' | 'version' | 'plural'>): AnyInformer | undefined {
    return this.#informers.get(keyOf(kind, ''))?.informer;
  }

  /**
   * Resolves when every cache shows what is there. Those of kinds that the cluster has nothing of, or nothing that asks for anything, rest:
   * an active cluster costs what it has, not what it could have.
   */
  async start({ revision, resources }: PresentResources): Promise<void> {
    const present = new Map(resources.map(({ group, resource, asBorn }) => [`${group}/${resource}`, asBorn]));
    await Promise.all(
      [...this.#informers.values()].map(async ({ informer, kind, changesOnly }) => {
        const asBorn = present.get(resourceText(kind));
        if (asBorn === undefined || (asBorn && changesOnly)) informer.rest(revision, { empty: asBorn === undefined });
        else await informer.start().synced;
      }),
    );
  }

  changed({ object, revision }: { object: Pick<Change['object'], 'group' | 'resource'>; revision: Revision }): void {
    for (const { informer, kind } of this.#informers.values())
      if (informer.isResting && informer.revision < revision && resourceText(kind) === `${object.group}/${object.resource}`)
        informer.start();
  }

  told(revision: Revision): void {
    for (const { informer } of this.#informers.values()) informer.unchanged(revision);
  }

  missed(): void {
    for (const { informer } of this.#informers.values()) informer.start();
  }

  /** Every kind's changes up to here are shown. */
  get revision(): number {
    return Math.min(...[...this.#informers.values()].map(({ informer }) => informer.revision));
  }

  /** Objects held, over all kinds: the measure of an active cluster's memory. */
  get size(): number {
    return this.#all.reduce((sum, { size }) => sum + size, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((informer) => informer[Symbol.asyncDispose]()));
  }

  get #all(): AnyInformer[] {
    return [...[...this.#informers.values()].map(({ informer }) => informer), ...this.#metadata.values()];
  }
}

function resourceText({ group, plural }: Kind): string {
  return `${group}/${plural}`;
}

function keyOf({ group, version, plural }: Pick<Kind, 'group' | 'version' | 'plural'>, fieldSelector: string): string {
  return `${group}/${version}/${plural}?${fieldSelector}`;
}

/** No controller reads who manages which field, and it is often the largest part of an object. */
function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function onlyMetadata({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  return withoutManagedFields({ apiVersion, kind, metadata });
}
