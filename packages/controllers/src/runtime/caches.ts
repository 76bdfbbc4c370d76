import { isStatusError, type KubeObject, type LabelSelector } from '@kajitori/apimachinery';
import { Informer, type ResourceClient } from '@kajitori/client';
import type { Kind } from '@kajitori/kinds';
import type { Change, PresentResources, Revision } from '@kajitori/storage';
import type { ChangeListener } from './change-feed.ts';
import { isOfKind, type Watch } from './controller.ts';

/** What a controller may ask of an informer. Objects are shared: none changes them. */
export interface Cache<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  list(namespace?: string, selector?: LabelSelector): T[];
  ownedBy(uid: string): T[];
}

export type AnyInformer = Informer<KubeObject>;

export interface CachesOptions {
  open: (kind: Kind) => ResourceClient<KubeObject>;
  /** Of which resources the cluster has objects. */
  present: () => Promise<PresentResources>;
  onError: (kind: Kind, error: unknown) => void;
}

/** The informers of one active cluster, one a kind. Owns them. Must be told of every change, for those that rest. */
export class Caches implements AsyncDisposable, ChangeListener {
  readonly #informers = new Map<string, { informer: AnyInformer; kind: Kind; changesOnly: boolean }>();
  /** Kinds of which only metadata is kept, made when the first is asked for. */
  readonly #metadata = new Map<string, { informer: AnyInformer; kind: Kind }>();
  /** Resolved when the API no longer serves an informer's kind: it went with its definition, and the informer's owner hears of the same. */
  readonly #gone = new WeakMap<AnyInformer, PromiseWithResolvers<void>>();
  readonly #open: CachesOptions['open'];
  readonly #present: CachesOptions['present'];
  readonly #onError: CachesOptions['onError'];
  /** All changes up to here have been told, or lie before the start. */
  #told: Revision = 0;

  constructor({ open, present, onError }: CachesOptions) {
    this.#open = open;
    this.#present = present;
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
   * The kinds' informers, or ones that keep nothing but metadata, made now. Resolves when they show everything; without kinds of the
   * cluster's own that are not served any more.
   */
  async metadata(kinds: readonly Kind[]): Promise<Map<Kind, AnyInformer>> {
    const asked = kinds.map((kind) => ({ kind, informer: this.#known(kind) ?? this.#makeMetadata(kind) }));
    if (asked.some(({ informer }) => !informer.showsAll)) {
      // Those that rest hear of changes from before this look on: what it does not see, and they did not hear of, is not there.
      const { revision, resources } = await this.#present();
      const present = new Set(resources.map(({ group, resource }) => `${group}/${resource}`));
      for (const { kind, informer } of asked) {
        if (present.has(resourceText(kind))) informer.start();
        else if (informer.isResting) informer.rest(Math.max(revision, informer.revision), { empty: true });
      }
    }
    const shown = await Promise.all(asked.map(async ({ kind, informer }) => ({ kind, informer, isServed: await this.#shown(informer) })));
    for (const { kind, isServed } of shown) if (!isServed) await this.forget(kind);
    return new Map(shown.filter(({ isServed }) => isServed).map(({ kind, informer }) => [kind, informer]));
  }

  /** Resolves when the informer shows all there is, or with false when its kind went. */
  #shown(informer: AnyInformer): Promise<boolean> {
    const gone = this.#gone.get(informer)?.promise ?? new Promise<never>(() => undefined);
    return Promise.race([informer.synced.then(() => true), gone.then(() => false)]);
  }

  #known(kind: Kind): AnyInformer | undefined {
    return this.find(kind) ?? this.#metadata.get(keyOf(kind, ''))?.informer;
  }

  /** Ends a cache of metadata: its kind is gone. */
  async forget(kind: Kind): Promise<void> {
    const key = keyOf(kind, '');
    const informer = this.#metadata.get(key)?.informer;
    this.#metadata.delete(key);
    await informer?.[Symbol.asyncDispose]();
  }

  #makeMetadata(kind: Kind): AnyInformer {
    const informer = this.#make(kind, { fieldSelector: '', keep: onlyMetadata });
    informer.rest(this.#told, { empty: false });
    this.#metadata.set(keyOf(kind, ''), { informer, kind });
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
  async start(): Promise<void> {
    const { revision, resources } = await this.#present();
    this.#told = revision;
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
    for (const { informer, kind } of this.#all)
      if (informer.isResting && informer.revision < revision && isOfKind(object, kind)) informer.start();
  }

  told(revision: Revision): void {
    this.#told = Math.max(this.#told, revision);
    for (const { informer } of this.#all) informer.unchanged(revision);
  }

  missed(): void {
    for (const { informer } of this.#all) informer.start();
  }

  /** Every kind's changes up to here are shown. */
  get revision(): number {
    return Math.min(...[...this.#informers.values()].map(({ informer }) => informer.revision));
  }

  /** Objects held, over all kinds: the measure of an active cluster's memory. */
  get size(): number {
    return this.#all.reduce((sum, { informer }) => sum + informer.size, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map(({ informer }) => informer[Symbol.asyncDispose]()));
  }

  get #all(): { informer: AnyInformer; kind: Kind }[] {
    return [...this.#informers.values(), ...this.#metadata.values()];
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
