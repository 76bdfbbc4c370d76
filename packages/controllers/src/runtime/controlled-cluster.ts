import type { Clock, ClusterId, KubeObject } from '@kajitori/apimachinery';
import { type ClusterClient, createClusterClient, type InformerEvent, type Transport, type UserInfo } from '@kajitori/client';
import { type ActiveCluster, keyText, type Outcome, type ReconcileKey } from '@kajitori/reconciler';
import type { ClusterStorage, Revision } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import { Caches } from './caches.ts';
import { ChangeFeed, type ChangeListener } from './change-feed.ts';
import type { ClusterSigner } from './cluster-signer.ts';
import type { ClusterOccurrences } from './cluster-occurrences.ts';
import type { Aggregation, Controller, ControllerDescriptor, ObjectName } from './controller.ts';
import { ClusterEventRecorder } from './event-recorder.ts';
import { Expectations } from './expectations.ts';

export interface ControlledClusterOptions {
  cluster: ClusterId;
  descriptors: readonly ControllerDescriptor[];
  /** The cluster's API; writes through it are refused once this process has lost the cluster. */
  transport: Transport;
  /** The cluster's objects as they are stored, and up to where an earlier holder has handled their changes. */
  storage: Pick<ClusterStorage, 'watch' | 'revision' | 'resources'>;
  since: Revision;
  enqueue(keys: readonly ReconcileKey[]): void;
  occurrences: ClusterOccurrences;
  rootCertificates: string;
  signer: ClusterSigner;
  aggregation: Aggregation;
  clock: Clock;
  logger: Logger;
}

interface Running {
  descriptor: ControllerDescriptor;
  controller: Controller;
  client: ClusterClient;
}

/** Reads everything, as no single controller's user could: the caches are shared by all of them. */
const cacheUser: UserInfo = { name: 'system:kube-controller-manager', groups: ['system:masters', 'system:authenticated'] };

/**
 * The controllers of one active cluster with the caches that they share. Owns both, for as long as this process holds the cluster.
 * Every change in a cache becomes keys; a key's run starts when the caches show what its earlier runs wrote.
 */
export class ControlledCluster implements ActiveCluster {
  readonly #options: ControlledClusterOptions;
  readonly #caches: Caches;
  readonly #expectations: Expectations;
  readonly #controllers = new Map<string, Running>();
  readonly #listeners: ChangeListener[] = [];
  #feed: ChangeFeed | undefined;
  #lastChangeAt = performance.now();

  private constructor(options: ControlledClusterOptions) {
    this.#options = options;
    const { transport, storage, logger, cluster } = options;
    const reader = createClusterClient(transport, cacheUser);
    this.#caches = new Caches({
      open: (kind) => reader.resource(kind),
      present: () => storage.resources(),
      onError: (kind, error) => logger.warn({ cluster, kind: kind.kind, error }, 'an informer lost its watch and starts it again'),
    });
    this.#expectations = new Expectations(this.#caches);
  }

  /** Opens the caches, lets every object that is there ask for its keys, and answers when all of them are known. */
  static async open(options: ControlledClusterOptions): Promise<ControlledCluster> {
    const opened = new ControlledCluster(options);
    try {
      for (const descriptor of options.descriptors) opened.#add(descriptor);
      await opened.#caches.start();
      opened.#follow();
      return opened;
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw error;
    }
  }

  get revision(): number {
    return Math.min(this.#caches.revision, this.#feed?.revision ?? 0);
  }

  get objects(): number {
    return this.#caches.size;
  }

  get lastChangeAt(): number {
    return this.#lastChangeAt;
  }

  async reconcile(key: ReconcileKey, signal: AbortSignal): Promise<Outcome> {
    const running = this.#controllers.get(key.controller);
    if (running === undefined) throw new Error(`there is no controller ${key.controller}`);
    const text = keyText(key);
    await this.#expectations.met(text, signal);
    const { namespace, name } = key;
    return running.controller.reconcile({
      namespace,
      name,
      client: this.#expectations.client(text, running.client),
      signal,
      now: this.#options.clock.now(),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#feed?.[Symbol.asyncDispose]();
    await this.#caches[Symbol.asyncDispose]();
  }

  #follow(): void {
    const { storage, since, logger, cluster } = this.#options;
    this.#feed = new ChangeFeed({ storage, since, listeners: [...this.#listeners, this.#caches], logger: logger.child({ cluster }) });
  }

  #add(descriptor: ControllerDescriptor): void {
    const { cluster, clock, logger, transport, occurrences, rootCertificates, aggregation, signer } = this.#options;
    const client = createClusterClient(transport, controllerUser(descriptor.user));
    const informers = descriptor.watches.map((one) => ({ informer: this.#caches.add(one.kind, one), keys: one.keys }));
    const enqueue = (names: readonly ObjectName[]): void => {
      if (names.length > 0) this.#options.enqueue(names.map((name) => ({ cluster, controller: descriptor.name, ...name })));
    };
    const controller = descriptor.create({
      cluster,
      clock,
      logger: logger.child({ cluster, controller: descriptor.name }),
      cache: (kind, fieldSelector) => this.#caches.of(kind, fieldSelector),
      caches: this.#caches,
      events: new ClusterEventRecorder({ client, component: descriptor.component, clock, logger }),
      occurrences,
      onChange: (kind, handler) => void this.#caches.informer(kind).onChange(handler as (event: InformerEvent<KubeObject>) => void),
      onEveryChange: (listener) => void this.#listeners.push(listener),
      enqueue: (name) => enqueue([name]),
      rootCertificates,
      aggregation,
      signer,
    });
    this.#controllers.set(descriptor.name, { descriptor, controller, client });
    for (const { informer, keys } of informers) {
      informer.onChange((event: InformerEvent<KubeObject>) => {
        this.#lastChangeAt = performance.now();
        enqueue(keys(event, this.#caches));
      });
    }
  }
}

/**
 * Each controller writes under its own name, so that managed fields and audit tell who did what. What it may do does not hang on
 * roles that a tenant could delete.
 */
function controllerUser(name: string): UserInfo {
  const [, , namespace] = name.split(':');
  const groups = name.startsWith('system:serviceaccount:') ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : [];
  return { name, groups: [...groups, 'system:masters', 'system:authenticated'] };
}
