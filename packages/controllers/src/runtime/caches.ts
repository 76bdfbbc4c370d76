import type { KubeObject, LabelSelector } from '@kajitori/apimachinery';
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
  readonly #open: (kind: Kind) => ResourceClient<KubeObject>;
  readonly #onError: (kind: Kind, error: unknown) => void;

  constructor(open: (kind: Kind) => ResourceClient<KubeObject>, onError: (kind: Kind, error: unknown) => void) {
    this.#open = open;
    this.#onError = onError;
  }

  /** Makes the kind's informer, which starts with `start`. */
  add(kind: Kind): AnyInformer {
    const known = this.#informers.get(textOf(kind));
    if (known !== undefined) return known;
    const informer = new Informer<KubeObject>({
      client: this.#open(kind),
      keep: withoutManagedFields,
      onError: (error) => this.#onError(kind, error),
    });
    this.#informers.set(textOf(kind), informer);
    return informer;
  }

  /** @throws Error for a kind that no descriptor watches. */
  of<T extends KubeObject>(kind: Kind<T>): Cache<T> {
    const informer = this.#informers.get(textOf(kind));
    if (informer === undefined) throw new Error(`no controller watches ${textOf(kind)}`);
    return informer as unknown as Cache<T>;
  }

  find(kind: Pick<Kind, 'group' | 'version' | 'plural'>): AnyInformer | undefined {
    return this.#informers.get(textOf(kind));
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
    return [...this.#informers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer[Symbol.asyncDispose]()));
  }
}

export function textOf({ group, version, plural }: Pick<Kind, 'group' | 'version' | 'plural'>): string {
  return `${group}/${version}/${plural}`;
}

/** No controller reads who manages which field, and it is often the largest part of an object. */
function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
