import type { KubeObject, OwnerReference } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import { cronJobs, customResourceDefinitions, deployments, jobs, type Kind, pods, replicaSets } from '@kajitori/kinds';
import { done, type Outcome } from '@kajitori/reconciler';
import type { Change } from '@kajitori/storage';
import type { AnyInformer } from '../runtime/caches.ts';
import {
  type Controller,
  type ControllerContext,
  type ControllerDescriptor,
  isOfKind,
  type ObjectName,
  type Run,
  watch,
} from '../runtime/controller.ts';
import { unlessGone } from '../runtime/unless-gone.ts';
import { collectableKinds, collectableKindsOf, kindOf, ownerKind } from './collectable-kinds.ts';
import { isForeground, orphanFinalizer, type OwnerState, planDependent, planOwner, referenceTo } from './garbage-collector.plan.ts';

/** Objects that own others, or are owned, most often: their caches are there anyway. Other kinds are looked at when something is deleted. */
const frequentKinds = [deployments, replicaSets, pods, jobs, cronJobs] as unknown as readonly Kind[];

/**
 * Deletes what has lost its owners, and carries out how an owner's deletion treats its dependents. Owns the finalizers
 * `foregroundDeletion` and `orphan`.
 */
export const garbageCollector: ControllerDescriptor = {
  name: 'garbage-collector',
  user: 'system:serviceaccount:kube-system:generic-garbage-collector',
  component: 'garbage-collector-controller',
  watches: frequentKinds.map((kind) => watch(kind, (event, caches) => concerned(kind, event, (one) => caches.find(one)))),
  create: (context) => new GarbageCollector(context),
};

type Find = (kind: Kind) => AnyInformer | undefined;

/** Keys name an object with its kind: `apps/v1/replicasets/NAME`, or `uid/UID` for what depended on an object that is gone. */
const keyOf = ({ group, version, plural }: Kind, { metadata }: KubeObject): ObjectName => ({
  namespace: metadata.namespace ?? '',
  name: `${group}/${version}/${plural}/${metadata.name ?? ''}`,
});
const prefixOf = ({ group, version, plural }: Pick<Kind, 'group' | 'version' | 'plural'>): string => `${group}/${version}/${plural}/`;
const goneKey = ({ metadata }: KubeObject): ObjectName => ({ namespace: metadata.namespace ?? '', name: `uid/${metadata.uid ?? ''}` });

function concerned(kind: Kind, event: InformerEvent<KubeObject>, find: Find): ObjectName[] {
  const { object } = event;
  const waiting = waitingOwners(object, find);
  if (event.type === 'deleted') return [goneKey(object), ...waiting];
  if (object.metadata.deletionTimestamp !== undefined) return hasWork(object) ? [keyOf(kind, object), ...waiting] : waiting;
  const references = object.metadata.ownerReferences ?? [];
  const changed = event.type === 'added' || JSON.stringify(event.old.metadata.ownerReferences) !== JSON.stringify(references);
  return references.length > 0 && (changed || waiting.length > 0) && !references.every((one) => isCached(one, object, find))
    ? [keyOf(kind, object), ...waiting]
    : waiting;
}

/** Owners that are being deleted after this object. */
function waitingOwners({ metadata }: KubeObject, find: Find): ObjectName[] {
  return (metadata.ownerReferences ?? []).flatMap((reference) => {
    const kind = kindOf(collectableKinds, reference);
    const owner = kind === undefined ? undefined : find(kind)?.get(kind.namespaced ? (metadata.namespace ?? '') : '', reference.name);
    return kind !== undefined && owner?.metadata.uid === reference.uid && hasWork(owner) ? [keyOf(kind, owner)] : [];
  });
}

function hasWork({ metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).some((one) => one === 'foregroundDeletion' || one === orphanFinalizer)
  );
}

function isCached(reference: OwnerReference, dependent: KubeObject, find: Find): boolean {
  const kind = kindOf(collectableKinds, reference);
  const owner =
    kind === undefined ? undefined : find(kind)?.get(kind.namespaced ? (dependent.metadata.namespace ?? '') : '', reference.name);
  return owner?.metadata.uid === reference.uid && owner.metadata.deletionTimestamp === undefined;
}

/** The key that asks for a look at everything. */
const everything: ObjectName = { namespace: '', name: 'everything' };
/** The key that asks for a look at which kinds there are. */
const changedKinds: ObjectName = { namespace: '', name: 'kinds' };

/** Words that only the metadata of an object which concerns us holds, or rarely another's text: then it is looked at for nothing. */
const tellingWords = ['"ownerReferences"', '"foregroundDeletion"', '"orphan"'];

class GarbageCollector implements Controller {
  readonly #context: ControllerContext;
  #all: Promise<Map<Kind, AnyInformer>> | undefined;

  constructor(context: ControllerContext) {
    this.#context = context;
    context.onEveryChange({
      changed: (change) => this.#changed(change),
      missed: () => context.enqueue(everything),
    });
  }

  async reconcile(run: Run): Promise<Outcome> {
    if (run.name === everything.name) return this.#lookAtEverything(run);
    if (run.name === changedKinds.name) return this.#followKinds(run);
    const [, uid] = /^uid\/(.*)$/.exec(run.name) ?? [];
    if (uid !== undefined) {
      const informers = await this.#informers(run);
      for (const { kind, object } of dependentsOf(informers, uid)) await this.#collect(run, kind, object, uid);
      return done;
    }
    const [, apiVersion, owner, ownerName] = /^owner\/([^ ]*) ([^ ]*) (.*)$/.exec(run.name) ?? [];
    if (apiVersion !== undefined && owner !== undefined && ownerName !== undefined) {
      const kind = await ownerKind(run.client, { apiVersion, kind: owner });
      const namespace = kind?.namespaced === true ? run.namespace : '';
      if (kind !== undefined) this.#context.enqueue({ namespace, name: `${prefixOf(kind)}${ownerName}` });
      return done;
    }
    const parts = run.name.split('/');
    const kind = (await collectableKindsOf(run.client)).find((one) => one.group === parts[0] && one.plural === parts[2]);
    const name = parts.slice(3).join('/');
    if (kind === undefined) return done;
    // Keys of other kinds come with the change itself, which a cache that another controller keeps may not show yet.
    const cached = frequentKinds.includes(kind) ? this.#find(kind)?.get(run.namespace, name) : undefined;
    const object = cached ?? (await run.client.resource(kind).find(run.namespace, name));
    if (object === undefined) return done;
    if (hasWork(object)) await this.#finish(run, kind, object);
    else await this.#collect(run, kind, object);
    return done;
  }

  #find(kind: Kind): AnyInformer | undefined {
    return this.#context.caches.find(kind);
  }

  /** Kinds without a cache are followed here. */
  #changed({ type, object }: Change): void {
    if (isOfKind(object, customResourceDefinitions)) this.#context.enqueue(changedKinds);
    const known = collectableKinds.find((one) => isOfKind(object, one));
    // The groups of the catalogue have no dot but in their own names; what is not in it is a kind of the cluster's own.
    const kind =
      known ?? (object.group.includes('.') ? { group: object.group, version: object.stamp.version, plural: object.resource } : undefined);
    if (kind === undefined || (known !== undefined && frequentKinds.includes(known))) return;
    if (type === 'delete') {
      this.#context.enqueue({ namespace: object.namespace, name: `uid/${object.uid}` });
      const last = JSON.parse(object.body) as KubeObject;
      for (const owner of last.metadata?.ownerReferences ?? []) this.#enqueueOwner(owner, object.namespace);
    } else if (tellingWords.some((word) => object.body.includes(word))) {
      this.#context.enqueue({ namespace: object.namespace, name: `${prefixOf(kind)}${object.name}` });
    }
  }

  /** An owner may have waited for the dependent that went. */
  #enqueueOwner(reference: OwnerReference, namespace: string): void {
    if (reference.blockOwnerDeletion !== true) return;
    const kind = kindOf(collectableKinds, reference);
    const name =
      kind === undefined ? `owner/${reference.apiVersion} ${reference.kind} ${reference.name}` : `${prefixOf(kind)}${reference.name}`;
    this.#context.enqueue({ namespace: kind?.namespaced === false ? '' : namespace, name });
  }

  async #lookAtEverything(run: Run): Promise<Outcome> {
    for (const [kind, informer] of await this.#informers(run)) {
      for (const object of informer.list()) {
        if (hasWork(object) || (object.metadata.ownerReferences ?? []).length > 0) this.#context.enqueue(keyOf(kind, object));
      }
    }
    return done;
  }

  /** All kinds' metadata, from the first deletion on for as long as the cluster is active. */
  #informers(run: Run): Promise<Map<Kind, AnyInformer>> {
    this.#all ??= this.#open(run);
    this.#all.catch(() => {
      this.#all = undefined;
    });
    return this.#all;
  }

  async #open({ client }: Run): Promise<Map<Kind, AnyInformer>> {
    return this.#context.caches.metadata(await collectableKindsOf(client));
  }

  /** A kind that came is followed, one that went no longer. */
  async #followKinds(run: Run): Promise<Outcome> {
    const before = await this.#all;
    if (before === undefined) return done;
    this.#all = undefined;
    const now = new Set([...(await this.#informers(run)).keys()].map(prefixOf));
    for (const kind of before.keys()) if (!now.has(prefixOf(kind))) await this.#context.caches.forget(kind);
    return done;
  }

  /** An object that may have lost its owners; `gone` is the uid of one that was seen to go, whose kind may have gone with it. */
  async #collect(run: Run, kind: Kind, object: KubeObject, gone?: string): Promise<void> {
    const references = object.metadata.ownerReferences ?? [];
    const owners = await Promise.all(
      references.map(async (reference) => ({
        reference,
        state: reference.uid === gone ? ('absent' as const) : await this.#stateOf(run, reference, object),
      })),
    );
    const isWaitedFor = owners.some(({ state }) => state === 'waiting');
    const hasDependents = isWaitedFor && dependentsOf(await this.#informers(run), object.metadata.uid ?? '').length > 0;
    const plan = planDependent(object, owners, hasDependents);
    if (plan.type === 'keep') return;
    const { namespace = '', name = '', uid, resourceVersion } = object.metadata;
    const client = run.client.resource(kind);
    await unlessGone(
      plan.type === 'disown'
        ? client.patch(namespace, name, { metadata: { uid, resourceVersion, ownerReferences: plan.ownerReferences } })
        : client.delete(namespace, name, { preconditions: { uid, resourceVersion }, propagationPolicy: plan.propagationPolicy }),
    );
  }

  /** An object that is being deleted and has a finalizer of ours. */
  async #finish(run: Run, kind: Kind, object: KubeObject): Promise<void> {
    const informers = await this.#informers(run);
    const dependents = dependentsOf(informers, object.metadata.uid ?? '');
    const kinds = new Map(dependents.map((one) => [one.object, one.kind]));
    const plan = planOwner(
      object,
      dependents.map((one) => one.object),
    );
    for (const dependent of plan.deleteDependents) await this.#collect(run, kinds.get(dependent) ?? kind, dependent);
    for (const dependent of plan.orphan) {
      const { namespace = '', name = '', uid, resourceVersion, ownerReferences = [] } = dependent.metadata;
      const others = ownerReferences.filter((one) => one !== referenceTo(dependent, object));
      await unlessGone(
        run.client
          .resource(kinds.get(dependent) ?? kind)
          .patch(namespace, name, { metadata: { uid, resourceVersion, ownerReferences: others.length === 0 ? null : others } }),
      );
    }
    if (plan.orphan.length > 0) this.#context.enqueue({ namespace: run.namespace, name: run.name });
    if (plan.finalized === undefined) return;
    const { namespace = '', name = '', uid, resourceVersion, finalizers = [] } = object.metadata;
    const others = finalizers.filter((one) => one !== plan.finalized);
    await unlessGone(
      run.client
        .resource(kind)
        .patch(namespace, name, { metadata: { uid, resourceVersion, finalizers: others.length === 0 ? null : others } }),
    );
  }

  /** A cache may be behind, so absence is believed only when the API says it. An owner of a kind that we do not know is left alone. */
  async #stateOf(run: Run, reference: OwnerReference, { metadata }: KubeObject): Promise<OwnerState> {
    const kind = await ownerKind(run.client, reference);
    if (kind === undefined) return 'solid';
    const namespace = kind.namespaced ? (metadata.namespace ?? '') : '';
    if (kind.namespaced && namespace === '') return 'solid';
    const cached = this.#find(kind)?.get(namespace, reference.name);
    const owner = cached?.metadata.uid === reference.uid ? cached : await run.client.resource(kind).find(namespace, reference.name);
    if (owner?.metadata.uid !== reference.uid) return 'absent';
    if (!isForeground(owner)) return 'solid';
    return reference.blockOwnerDeletion === true ? 'waiting' : 'absent';
  }
}

function dependentsOf(informers: Map<Kind, AnyInformer>, uid: string): { kind: Kind; object: KubeObject }[] {
  return uid === '' ? [] : [...informers].flatMap(([kind, informer]) => informer.ownedBy(uid).map((object) => ({ kind, object })));
}
