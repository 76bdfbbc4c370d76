import type { Clock, ClusterId, KubeObject } from '@kajitori/apimachinery';
import type { ClusterClient, InformerEvent } from '@kajitori/client';
import type { APIService, Kind } from '@kajitori/kinds';
import type { Outcome } from '@kajitori/reconciler';
import type { Logger } from '@kajitori/telemetry';
import type { Cache, Caches } from './caches.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { ChangeListener } from './change-feed.ts';
import type { ClusterSigner } from './cluster-signer.ts';
import type { ClusterOccurrences } from './cluster-occurrences.ts';

/** Which object a controller is to look at; both empty where it works on the cluster as a whole. */
export interface ObjectName {
  namespace: string;
  name: string;
}

/** One run of a controller for one key. The caches show whatever earlier runs for this key have written. */
export interface Run extends ObjectName {
  /** The API as the controller's own user. Its writes are remembered: the key's next run waits until the caches show them. */
  client: ClusterClient;
  signal: AbortSignal;
  now: Date;
}

/** A controller of one active cluster. It may keep memory between runs, but nothing that it could not find out again. */
export interface Controller {
  reconcile(run: Run): Promise<Outcome>;
}

/** Which keys a change concerns. */
export interface Watch<T extends KubeObject = KubeObject> {
  kind: Kind<T>;
  /** Watches only some of the kind's objects; their cache is one of its own. */
  fieldSelector?: string;
  /** What every cluster is born with of this kind asks for nothing: while none of it has changed, its cache may show nothing. */
  changesOnly?: boolean;
  keys: (event: InformerEvent<T>, caches: Caches) => readonly ObjectName[];
}

/** What controllers need of the API server for APIs that Services in the cluster serve. */
export interface Aggregation {
  /** Whether it is available now, in the words of the condition. */
  check(service: APIService): Promise<{ status: string; reason: string; message: string }>;
  /** PEM: whom a cluster's clients are vouched for by, and its front proxy. */
  authorities(): Promise<{ client: string; frontProxy: string }>;
}

/** What a controller is given when its cluster becomes active. */
export interface ControllerContext {
  cluster: ClusterId;
  clock: Clock;
  logger: Logger;
  cache: <T extends KubeObject>(kind: Kind<T>, fieldSelector?: string) => Cache<T>;
  caches: Caches;
  events: EventRecorder;
  occurrences: ClusterOccurrences;
  /** Hears every change of a kind that the controller watches, before it becomes keys. */
  onChange<T extends KubeObject>(kind: Kind<T>, handler: (event: InformerEvent<T>) => void): void;
  /** Hears every change of every kind, as it is stored; from where the cluster's last holder left off. */
  onEveryChange(listener: ChangeListener): void;
  /** Asks for another run of this controller. */
  enqueue(name: ObjectName): void;
  /** PEM of the CA that signs the cluster's serving certificate. */
  rootCertificates: string;
  aggregation: Aggregation;
  signer: ClusterSigner;
}

/** All that the worker needs to know of a controller: a new one is one folder and one line of descriptors.ts. */
export interface ControllerDescriptor {
  name: string;
  /** The user that it acts as. */
  user: string;
  /** What its events name as their source. */
  component: string;
  watches: readonly Watch[];
  create(context: ControllerContext): Controller;
}

/** Binds a kind to a mapping; forgets T, which the kind itself guards at run time. */
export function watch<T extends KubeObject>(
  kind: Kind<T>,
  keys: Watch<T>['keys'],
  options: Pick<Watch, 'fieldSelector' | 'changesOnly'> = {},
): Watch {
  return { kind, keys, ...options } as unknown as Watch;
}

export const nameOf = ({ metadata }: KubeObject): ObjectName => ({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' });

/** Whether a stored object is of a kind. */
export function isOfKind(stored: { group: string; resource: string }, { group, plural }: Pick<Kind, 'group' | 'plural'>): boolean {
  return stored.resource === plural && stored.group === group;
}

/** The object itself. */
export function self(event: InformerEvent<KubeObject>): ObjectName[] {
  return [nameOf(event.object)];
}

/** The object's controller, and the one it had before, where they are of this kind. */
export function controllerOfKind(kind: {
  kind: string;
  group: string;
  version: string;
}): (event: InformerEvent<KubeObject>) => ObjectName[] {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const owners = (object: KubeObject): ObjectName[] =>
    (object.metadata.ownerReferences ?? [])
      .filter((owner) => owner.controller === true && owner.kind === kind.kind && owner.apiVersion === apiVersion)
      .map((owner) => ({ namespace: object.metadata.namespace ?? '', name: owner.name }));
  return (event) => {
    const now = owners(event.object);
    if (event.type !== 'updated') return now;
    return [...now, ...owners(event.old).filter((old) => !now.some(({ name }) => name === old.name))];
  };
}
