import { type DesiredObject, type GatewayMessage, objectKeyOf, objectKeyText } from '@kajitori/agent-protocol';
import { type ClusterId, type KubeObject, newClusterId, newUid } from '@kajitori/apimachinery';
import { isRefusal, type MemoryStorage, openMemoryStorage, type StoredObject } from '@kajitori/storage';
import { silentLogger } from '@kajitori/telemetry';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClusterTails } from './cluster-tail.ts';
import { DesiredFeed } from './desired-feed.ts';

const node = 'n1';
const byKey = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);
const resourceOf = { Pod: 'pods', ConfigMap: 'configmaps', Secret: 'secrets' } as const;
type Kind = keyof typeof resourceOf;

/** An agent as the protocol describes it: what it has is what it was told. */
class Agent {
  readonly objects = new Map<string, DesiredObject>();
  readonly #parts = new Map<string, DesiredObject>();
  revision = 0;
  syncs = 0;
  /** What the protocol does not allow. */
  readonly surprises: string[] = [];

  take(message: GatewayMessage): void {
    if (message.type === 'desiredSync') {
      if (message.part === 0) this.#parts.clear();
      for (const object of message.objects) this.#parts.set(objectKeyText(objectKeyOf(object)), object);
      if (!message.last) return;
      this.objects.clear();
      for (const [key, object] of this.#parts) this.objects.set(key, object);
      this.syncs += 1;
      this.revision = message.revision;
    } else if (message.type === 'desiredDelta') {
      if (message.revision <= this.revision) this.surprises.push(`revision ${message.revision} after ${this.revision}`);
      this.revision = message.revision;
      for (const object of message.puts) this.objects.set(objectKeyText(objectKeyOf(object)), object);
      for (const key of message.removes) {
        const held = this.objects.get(objectKeyText(key));
        if (held?.metadata.uid !== key.uid) this.surprises.push(`${objectKeyText(key)} of ${key.uid} was not there to be removed`);
        this.objects.delete(objectKeyText(key));
      }
    }
  }

  get view(): Record<string, string> {
    const entries = [...this.objects].map(([key, { metadata, ...rest }]): [string, string] => [
      key,
      `${metadata.uid} ${JSON.stringify(rest)}`,
    ]);
    return Object.fromEntries(entries.toSorted(byKey));
  }
}

class Cluster implements AsyncDisposable {
  readonly id: ClusterId = newClusterId();
  readonly storage: MemoryStorage = openMemoryStorage();
  readonly tails = new ClusterTails(this.storage, silentLogger);

  async begin(): Promise<this> {
    await this.storage.clusters.create(this.id);
    return this;
  }

  key(kind: Kind, name: string): { group: string; resource: string; namespace: string; name: string } {
    return { group: '', resource: resourceOf[kind], namespace: 'd', name };
  }

  get(kind: Kind, name: string): Promise<StoredObject | undefined> {
    return this.storage.cluster(this.id).get(this.key(kind, name));
  }

  async put(kind: Kind, name: string, content: object, fields: Record<string, string> = {}): Promise<void> {
    const old = await this.get(kind, name);
    const uid = old?.uid ?? newUid();
    const body = JSON.stringify({ kind, apiVersion: 'v1', metadata: { name, namespace: 'd', uid }, ...content });
    const object = { ...this.key(kind, name), uid, body, labels: {}, fields, stamp: { version: 'v1', schemaHash: '' } };
    const outcome = await this.storage
      .cluster(this.id)
      .write([old === undefined ? { type: 'create', object } : { type: 'update', object, expectedRevision: old.revision }]);
    if (isRefusal(outcome)) throw new Error(outcome.refused);
  }

  async remove(kind: Kind, name: string): Promise<void> {
    const old = await this.get(kind, name);
    if (old === undefined) return;
    await this.storage
      .cluster(this.id)
      .write([{ type: 'delete', key: this.key(kind, name), uid: old.uid, expectedRevision: old.revision }]);
  }

  /** What the node should have by now. */
  async wanted(): Promise<Record<string, string>> {
    const storage = this.storage.cluster(this.id);
    const view: [string, string][] = [];
    const add = ({ uid, body, name }: StoredObject, kind: Kind): void => {
      const { metadata: _metadata, ...rest } = JSON.parse(body) as KubeObject;
      view.push([`${kind}/d/${name}`, `${uid} ${JSON.stringify(rest)}`]);
    };
    const named = new Set<string>();
    for (const pod of (await storage.list({ group: '', resource: 'pods' })).objects) {
      if (pod.fields['spec.nodeName'] !== node) continue;
      add(pod, 'Pod');
      for (const volume of (
        JSON.parse(pod.body) as { spec: { volumes: { configMap?: { name: string }; secret?: { secretName: string } }[] } }
      ).spec.volumes) {
        if (volume.configMap !== undefined) named.add(`ConfigMap ${volume.configMap.name}`);
        if (volume.secret !== undefined) named.add(`Secret ${volume.secret.secretName}`);
      }
    }
    for (const [kind, name] of [...named].map((text) => text.split(' ') as [Kind, string])) {
      const stored = await this.get(kind, name);
      if (stored !== undefined) add(stored, kind);
    }
    return Object.fromEntries(view.toSorted(byKey));
  }

  feed(agent: Agent, delay = async (): Promise<void> => undefined): { stop: () => Promise<void> } {
    const stop = new AbortController();
    const send = async (message: GatewayMessage): Promise<void> => {
      agent.take(JSON.parse(JSON.stringify(message)) as GatewayMessage);
      await delay();
    };
    const running = new DesiredFeed({ cluster: this.id, node, tails: this.tails, logger: silentLogger, send, signal: stop.signal }).run();
    return {
      async stop() {
        stop.abort();
        await running;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tails[Symbol.dispose]();
    await this.storage[Symbol.asyncDispose]();
  }
}

async function settled(agent: Agent, cluster: Cluster): Promise<void> {
  const wanted = await cluster.wanted();
  for (let tries = 0; tries < 200 && JSON.stringify(agent.view) !== JSON.stringify(wanted); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 2));
  expect(agent.view).toEqual(wanted);
  expect(agent.surprises).toEqual([]);
}

type Step =
  | { do: 'pod'; name: string; on: string; configMap: string; secret: string; turn: number }
  | { do: 'data'; kind: 'ConfigMap' | 'Secret'; name: string; turn: number }
  | { do: 'remove'; kind: Kind; name: string }
  | { do: 'wait' };

const name = fc.constantFrom('a', 'b', 'c');
const turn = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('pod' as const), name, on: fc.constantFrom(node, node, 'n2', ''), configMap: name, secret: name, turn }),
  fc.record({ do: fc.constant('data' as const), kind: fc.constantFrom('ConfigMap' as const, 'Secret' as const), name, turn }),
  fc.record({ do: fc.constant('remove' as const), kind: fc.constantFrom('Pod' as const, 'ConfigMap' as const, 'Secret' as const), name }),
  fc.constant({ do: 'wait' as const }),
);

async function take(cluster: Cluster, taken: Step): Promise<void> {
  if (taken.do === 'wait') return void (await new Promise((resolve) => setImmediate(resolve)));
  if (taken.do === 'remove') return cluster.remove(taken.kind, taken.name);
  if (taken.do === 'data') return cluster.put(taken.kind, taken.name, { data: { turn: taken.turn } });
  const volumes = [
    { name: 'c', configMap: { name: taken.configMap } },
    { name: 's', secret: { secretName: taken.secret } },
  ];
  // A pod's node never changes once it has one.
  const nodeName = (await cluster.get('Pod', taken.name))?.fields['spec.nodeName'] || taken.on;
  await cluster.put('Pod', taken.name, { spec: { nodeName, volumes, turn: taken.turn } }, { 'spec.nodeName': nodeName });
}

describe('the feed of a node', () => {
  it('ends with what the node should have, whatever happened and however slow the agent was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat({ max: 40 }), fc.boolean(), async (steps, startAt, slow) => {
        await using cluster = await new Cluster().begin();
        const agent = new Agent();
        let feed: { stop: () => Promise<void> } | undefined;
        for (const [index, taken] of steps.entries()) {
          if (index === startAt) feed = cluster.feed(agent, slow ? () => new Promise((resolve) => setTimeout(resolve, 1)) : undefined);
          await take(cluster, taken);
        }
        feed ??= cluster.feed(agent);
        await settled(agent, cluster);
        await feed.stop();
        expect(cluster.tails.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('does not send a pod back when only what its node wrote has changed', async () => {
    await using cluster = await new Cluster().begin();
    const agent = new Agent();
    let messages = 0;
    const feed = cluster.feed(agent, async () => void (messages += 1));
    const spec = { nodeName: node, volumes: [] };
    const fields = { 'spec.nodeName': node };
    await cluster.put('Pod', 'a', { spec, status: {} }, fields);
    await settled(agent, cluster);
    const before = messages;
    await cluster.put('Pod', 'a', { spec, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }, fields);
    await cluster.put('Pod', 'b', { spec }, fields);
    while (!agent.objects.has('Pod/d/b')) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(messages).toBe(before + 1);
    await cluster.put('Pod', 'a', { spec, status: { conditions: [{ type: 'example.com/gate', status: 'True' }] } }, fields);
    await settled(agent, cluster);
    expect(messages).toBe(before + 2);
    await feed.stop();
  });

  it('reads everything again when the log no longer tells what happened', async () => {
    await using cluster = await new Cluster().begin();
    const agent = new Agent();
    const feed = cluster.feed(agent);
    await cluster.put('Pod', 'a', { spec: { nodeName: node, volumes: [] } }, { 'spec.nodeName': node });
    await settled(agent, cluster);
    const tail = cluster.tails.acquire(cluster.id);
    tail.fail(new Error('lost'));
    await cluster.put('Pod', 'b', { spec: { nodeName: node, volumes: [] } }, { 'spec.nodeName': node });
    while (agent.syncs < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await settled(agent, cluster);
    expect(Object.keys(agent.view)).toEqual(['Pod/d/a', 'Pod/d/b']);
    await feed.stop();
  });
});
