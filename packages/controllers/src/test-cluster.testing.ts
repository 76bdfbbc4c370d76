import { type ClusterId, type KubeObject, newClusterId } from '@kajitori/apimachinery';
import { ApiServer } from '@kajitori/apiserver';
import type { ClusterClient, ResourceClient } from '@kajitori/client';
import { type Kind, namespaces, nodes, type Pod, pods, serviceAccounts } from '@kajitori/kinds';
import { Backoff, createRunner, keyText, MemoryQueue, type ReconcileKey, ReconcileMetrics } from '@kajitori/reconciler';
import { openMemoryStorage, type StorageEngine } from '@kajitori/storage';
import { Metrics, silentLogger } from '@kajitori/telemetry';
import { FakeClock } from '@kajitori/testing';
import { clusterOccurrences } from './runtime/cluster-occurrences.ts';
import { ControlledCluster } from './runtime/controlled-cluster.ts';
import type { ClusterSigner } from './runtime/cluster-signer.ts';
import type { ControllerDescriptor } from './runtime/controller.ts';

const admin = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

export interface TestClusterOptions {
  descriptors: readonly ControllerDescriptor[];
  storage?: (clock: FakeClock) => StorageEngine;
  start?: string;
}

/**
 * Controllers over the real API pipeline and a real storage, with a clock that stands still until it is told. `settle` waits until
 * nothing is left to do; `advance` moves the clock and runs what has become due.
 */
export class TestCluster implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly storage: StorageEngine;
  readonly id: ClusterId = newClusterId();
  readonly client: ClusterClient;
  /** Errors of runs, as text. */
  readonly errors: string[] = [];
  readonly #api: ApiServer;
  readonly #queue = new MemoryQueue();
  readonly #due = new Map<string, { key: ReconcileKey; at: number }>();
  /** Shows what it was to sign. */
  readonly #signer: ClusterSigner = {
    serviceAccountToken: async (claims) => JSON.stringify(claims),
    certificate: async ({ publicKey: _publicKey, ...order }) =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(JSON.stringify(order)).toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
  #controlled: ControlledCluster | undefined;

  private constructor(clock: FakeClock, storage: StorageEngine) {
    this.clock = clock;
    this.storage = storage;
    const authenticator = { authenticateToken: async () => undefined };
    this.#api = new ApiServer({ storage, authenticator, logger: silentLogger, clock });
    this.client = this.#api.client(this.id, admin);
  }

  static async open({
    descriptors,
    storage = (clock) => openMemoryStorage({ clock }),
    start = '2026-03-01T00:00:00Z',
  }: TestClusterOptions): Promise<TestCluster> {
    const clock = new FakeClock(start);
    const opened = new TestCluster(clock, storage(clock));
    await opened.storage.clusters.create(opened.id);
    await opened.create(namespaces, { metadata: { name: 'default' } });
    await opened.create(serviceAccounts, { metadata: { name: 'default' } });
    await opened.#start(descriptors);
    return opened;
  }

  resource<T extends KubeObject>(kind: Kind<T>): ResourceClient<T> {
    return this.client.resource(kind);
  }

  /** Creates an object of a kind in the namespace `default`, unless it says another. */
  async create<T extends KubeObject>(kind: Kind<T>, body: { metadata: object; [field: string]: unknown }): Promise<T> {
    const metadata = { ...(kind.namespaced ? { namespace: 'default' } : {}), ...body.metadata };
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    return this.resource(kind).create({ apiVersion, kind: kind.kind, ...body, metadata } as unknown as T);
  }

  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace = 'default'): Promise<T> {
    return this.resource(kind).get(kind.namespaced ? namespace : '', name);
  }

  async list<T extends KubeObject>(kind: Kind<T>, namespace = 'default'): Promise<T[]> {
    return (await this.resource(kind).list(kind.namespaced ? namespace : '')).items;
  }

  async patch<T extends KubeObject>(kind: Kind<T>, name: string, patch: object, subresource?: string): Promise<T> {
    return this.resource(kind).patch(kind.namespaced ? 'default' : '', name, patch, { subresource });
  }

  /** A node that is ready and has room. */
  async addNode(name: string, { labels = {}, cpu = '4' }: { labels?: Record<string, string>; cpu?: string } = {}): Promise<void> {
    await this.create(nodes, { metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } } });
    await this.patch(
      nodes,
      name,
      { status: { allocatable: { cpu, memory: '8Gi', pods: '110' }, capacity: { cpu, memory: '8Gi', pods: '110' } } },
      'status',
    );
    await this.addReady(name);
    // What the node lifecycle controller does for a node that is ready.
    await this.patch(nodes, name, { spec: { taints: null } });
  }

  /** The node says that it is ready. */
  async addReady(name: string): Promise<void> {
    const now = this.clock.now().toISOString().replace('.000Z', 'Z');
    const conditions = [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastHeartbeatTime: now, lastTransitionTime: now },
    ];
    await this.patch(nodes, name, { status: { conditions } }, 'status');
  }

  /** Makes pods ready, as their node would. */
  async makeReady(found: readonly Pod[]): Promise<void> {
    const now = this.clock.now().toISOString().replace('.000Z', 'Z');
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: now }] };
    for (const { metadata } of found)
      await this.resource(pods).patch(metadata.namespace ?? '', metadata.name ?? '', { status }, { subresource: 'status' });
  }

  /** Ends pods, as their node would. */
  async end(found: readonly Pod[], phase: 'Succeeded' | 'Failed', exitCode = phase === 'Failed' ? 1 : 0): Promise<void> {
    const finishedAt = this.clock.now().toISOString().replace('.000Z', 'Z');
    for (const { metadata, spec } of found) {
      const containerStatuses = spec.containers.map(({ name }) => ({ name, state: { terminated: { exitCode, finishedAt } } }));
      await this.resource(pods).patch(
        metadata.namespace ?? '',
        metadata.name ?? '',
        { status: { phase, containerStatuses } },
        { subresource: 'status' },
      );
    }
  }

  /** Resolves when the caches show the newest state and no key waits or runs. */
  async settle(): Promise<void> {
    const controlled = this.#opened();
    for (let quiet = 0; quiet < 2;) {
      const head = await this.storage.cluster(this.id).revision();
      while (controlled.revision < head) await new Promise((resolve) => setTimeout(resolve, 1));
      await this.#queue.idle(this.id);
      await new Promise((resolve) => setTimeout(resolve, 2));
      const same = (await this.storage.cluster(this.id).revision()) === head && this.#queue.pendingCount(this.id) === 0;
      quiet = same ? quiet + 1 : 0;
    }
  }

  /** Moves the clock, minute by minute or in one step, and lets what is due run. */
  async advance(milliseconds: number): Promise<void> {
    this.clock.advance(milliseconds);
    const now = this.clock.now().getTime();
    const due = [...this.#due.values()].filter(({ at }) => at <= now);
    for (const { key } of due) this.#due.delete(keyText(key));
    await this.#queue.add(due.map(({ key }) => key));
    await this.settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#queue.drop(this.id);
    await this.#queue[Symbol.asyncDispose]();
    await this.#controlled?.[Symbol.asyncDispose]();
    await this.#api[Symbol.asyncDispose]();
    await this.storage[Symbol.asyncDispose]();
  }

  #opened(): ControlledCluster {
    if (this.#controlled === undefined) throw new Error('the cluster is not open');
    return this.#controlled;
  }

  async #start(descriptors: readonly ControllerDescriptor[]): Promise<void> {
    const logger = {
      ...silentLogger,
      warn: (keys: object) => void this.errors.push(String((keys as { error?: unknown }).error)),
      child: () => logger,
    };
    const metrics = new ReconcileMetrics(new Metrics());
    const run = createRunner({
      reconcile: (key, signal) => this.#opened().reconcile(key, signal),
      backoff: new Backoff(),
      metrics,
      logger,
    });
    this.#controlled = await ControlledCluster.open({
      cluster: this.id,
      descriptors,
      transport: this.#api.transport(this.id),
      storage: this.storage.cluster(this.id),
      since: await this.storage.cluster(this.id).revision(),
      enqueue: (keys) => void this.#queue.add(keys),
      occurrences: clusterOccurrences(this.storage.occurrences, this.id),
      rootCertificates: '-----BEGIN CERTIFICATE-----\ntest\n-----END CERTIFICATE-----\n',
      aggregation: {
        check: (service) => this.#api.checkApiService(this.id, service),
        authorities: async () => ({ client: 'clients', frontProxy: 'front proxy' }),
      },
      signer: this.#signer,
      clock: this.clock,
      logger,
    });
    this.#queue.start(async (key, signal) => {
      const before = this.errors.length;
      const next = await run(key, signal);
      if (next.afterMilliseconds === undefined) this.#due.delete(keyText(key));
      else if (this.errors.length > before || next.afterMilliseconds < 100) return next;
      else this.#due.set(keyText(key), { key, at: this.clock.now().getTime() + next.afterMilliseconds });
      return {};
    });
    await this.settle();
  }
}
