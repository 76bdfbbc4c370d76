import { isStatusError, type KubeObject, type LabelSelector } from '@kajitori/apimachinery';
import { Informer, type ResourceClient } from '@kajitori/client';
import type { Kind } from '@kajitori/kinds';

/** What a controller may ask of an informer. Objects are shared: none changes them. */
export interface Cache<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  list(namespace?: string, selector?: LabelSelector): T[];
  ownedBy(uid: string): T[];
}

export type AnyInformer = Informer<KubeObject>;

/** The informers of one active cluster, one a kind. Owns them. */
export class Caches implements AsyncDisposable {
  readonly #informers = new Map<string, AnyInformer>();
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

  /** Makes the kind's informer, which starts with `start`. */
  add(kind: Kind, fieldSelector = ''): AnyInformer {
    return this.#informers.get(keyOf(kind, fieldSelector)) ?? this.#make(kind, { fieldSelector, keep: withoutManagedFields });
  }

  /**
   * The kind's informer, or one that keeps nothing but metadata, made and started now. Resolves when it shows everything; undefined
   * when the kind, one of the cluster's own, is not served any more.
   */
  async metadata(kind: Kind): Promise<AnyInformer | undefined> {
    const key = keyOf(kind, '');
    const informer = this.#informers.get(key) ?? this.#metadata.get(key) ?? this.#make(kind, { fieldSelector: '', keep: onlyMetadata });
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
    (keep === onlyMetadata ? this.#metadata : this.#informers).set(keyOf(kind, fieldSelector), informer);
    return informer;
  }

  /** @throws Error for a kind that no descriptor watches. */
  of<T extends KubeObject>(kind: Kind<T>, fieldSelector = ''): Cache<T> {
    const informer = this.#informers.get(keyOf(kind, fieldSelector));
    if (informer === undefined) throw new Error(`no controller watches ${keyOf(kind, fieldSelector)}`);
    return informer as unknown as Cache<T>;
  }

  find(kind: Pick<Kind, 'group' | 'version' | 'plural'>): AnyInformer | undefined {
    return this.#informers.get(keyOf(kind, ''));
  }

  async start(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.start().synced));
  }

  /** Every kind's changes up to here are shown. */
  get revision(): number {
    return Math.min(...[...this.#informers.values()].map(({ revision }) => revision));
  }

  /** Objects held, over all kinds: the measure of an active cluster's memory. */
  get size(): number {
    return [...this.#informers.values(), ...this.#metadata.values()].reduce((sum, { size }) => sum + size, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#informers.values(), ...this.#metadata.values()].map((informer) => informer[Symbol.asyncDispose]()));
  }
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
