import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  type V1ObjectMeta,
  Watch,
} from '@kubernetes/client-node';
import type { Answer, RawClient } from './raw-client.ts';
import { apiVersionOf, collectionPath, type Resource } from './resources.ts';
import type { Sample } from './samples.ts';

/** What the run tries on each resource, in this order. `update` is a library's replace; the others say themselves. */
export const featureNames = [
  'strict',
  'dry run',
  'create',
  'get',
  'list',
  'table',
  'metadata',
  'yaml',
  'protobuf',
  'update',
  'conflict',
  'json patch',
  'merge patch',
  'strategic patch',
  'apply',
  'status',
  'scale',
  'explain',
  'delete',
  'collection',
  'watch',
] as const;
export type FeatureName = (typeof featureNames)[number];

/** Undefined: the resource does not have it. Text: what went wrong. */
export type Results = Partial<Record<FeatureName, true | string>>;

/** An object as JSON has it. */
interface Live extends KubernetesObject {
  metadata: Pick<V1ObjectMeta, 'name' | 'namespace' | 'uid' | 'labels' | 'annotations' | 'resourceVersion' | 'managedFields'>;
  [field: string]: unknown;
}

const label = 'compatibility=run';
const protobuf = 'application/vnd.kubernetes.protobuf';
const goneMilliseconds = 15_000;
/** How often a race with a controller is run again. */
const retriesMax = 5;

export interface RunOptions {
  config: KubeConfig;
  raw: RawClient;
  resource: Resource;
  sample: Sample;
  namespace: string;
  /** Definitions of the group's OpenAPI v3 document. */
  schemas: Record<string, unknown>;
}

/** Tries everything on one stored resource and leaves nothing behind. */
export class ResourceRun {
  readonly results: Results = {};
  readonly #options: RunOptions;
  readonly #objects: KubernetesObjectApi;
  readonly #path: string;
  readonly #names: readonly [string, string, string];

  constructor(options: RunOptions) {
    this.#options = options;
    this.#objects = KubernetesObjectApi.makeApiClient(options.config);
    this.#path = collectionPath(options.resource, options.namespace);
    this.#names = options.sample.names ?? ['compat-a', 'compat-b', 'compat-c'];
  }

  async run(): Promise<Results> {
    const [name, other, third] = this.#names;
    const one = `${this.#path}/${name}`;
    const { resource, raw } = this.#options;
    const manifest = this.#manifest(name);
    const watched = await this.#watch();
    await this.#try('strict', () => this.#strict(manifest));
    await this.#try('dry run', () => this.#dryRun(manifest, one));
    await this.#try('create', async () => {
      const made = await this.#objects.create(manifest);
      assert(made.metadata?.uid !== undefined, 'the answer has no uid');
    });
    await this.#try('get', async () => {
      const read = await this.#objects.read(header(manifest));
      assert(read.metadata?.labels?.['compatibility'] === 'run', 'the label is not there');
    });
    await this.#try('list', () => this.#list(name));
    await this.#try('table', () => this.#table(one));
    await this.#try('metadata', () => this.#metadata(one));
    await this.#try('yaml', () => this.#yaml(one));
    await this.#try('protobuf', () => this.#protobuf(one));
    await this.#try('update', async () => {
      await this.#replace(manifest, 'updated');
      assert((await this.#live(one)).metadata.annotations?.['by'] === 'updated', 'the annotation is not there');
    });
    await this.#try('conflict', () => this.#conflict(one));
    await this.#try('json patch', () =>
      this.#patch(one, 'application/json-patch+json', [{ op: 'add', path: '/metadata/annotations', value: { by: 'json' } }], 'json'),
    );
    await this.#try('merge patch', () => this.#patch(one, 'application/merge-patch+json', annotated('merge'), 'merge'));
    await this.#try('strategic patch', () =>
      this.#patch(one, 'application/strategic-merge-patch+json', annotated('strategic'), 'strategic'),
    );
    await this.#try('apply', () => this.#apply(one, name));
    if (resource.subresources['status'] !== undefined) await this.#try('status', () => this.#status(one));
    if (resource.subresources['scale'] !== undefined) await this.#try('scale', () => this.#scale(one));
    await this.#try('explain', async () => this.#explain());
    await this.#try('delete', async () => {
      await this.#objects.delete(header(manifest));
      await this.#gone(one);
    });
    if (resource.verbs.includes('deletecollection')) await this.#try('collection', () => this.#deleteCollection([other, third]));
    await this.#try('watch', () => watched.saw(name));
    watched.end();
    // What a failed step left.
    for (const left of this.#names) await raw.send('DELETE', `${this.#path}/${left}`);
    return this.results;
  }

  async #try(feature: FeatureName, attempt: () => Promise<void>): Promise<void> {
    try {
      await attempt();
      this.results[feature] = true;
    } catch (error) {
      this.results[feature] = error instanceof Error ? error.message : String(error);
    }
  }

  #manifest(name: string): Live {
    const { resource, sample, namespace } = this.#options;
    return {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: { name, ...(resource.namespaced ? { namespace } : {}), labels: { compatibility: 'run' } },
      ...sample.body(name),
    };
  }

  async #strict(manifest: Live): Promise<void> {
    const answer = await this.#options.raw.send('POST', `${this.#path}?fieldValidation=Strict&dryRun=All`, {
      body: { ...manifest, nonsense: 1 },
    });
    assert(answer.status === 400, `it answered ${answer.status}`);
    const { message } = answer.json<{ message: string }>();
    assert(message.includes('strict decoding error: unknown field "nonsense"'), message);
  }

  async #dryRun(manifest: Live, one: string): Promise<void> {
    const answer = await this.#options.raw.send('POST', `${this.#path}?dryRun=All`, { body: manifest });
    expectStatus(answer, 201);
    expectStatus(await this.#options.raw.send('GET', one), 404);
  }

  async #list(name: string): Promise<void> {
    const { resource, namespace } = this.#options;
    const args = [undefined, undefined, undefined, `metadata.name=${name}`, label] as const;
    const list = await this.#objects.list(apiVersionOf(resource), resource.kind, resource.namespaced ? namespace : undefined, ...args);
    assert(list.items.length === 1, `${list.items.length} objects instead of one`);
    const all = await this.#objects.list(apiVersionOf(resource), resource.kind, undefined, ...args);
    assert(all.items.length === 1, `${all.items.length} objects in all namespaces`);
  }

  async #table(one: string): Promise<void> {
    const answer = await this.#options.raw.send('GET', one, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
    expectStatus(answer, 200);
    const { kind, columnDefinitions, rows } = answer.json<{ kind: string; columnDefinitions: object[]; rows: { cells: unknown[] }[] }>();
    assert(kind === 'Table' && rows.length === 1 && rows[0]?.cells.length === columnDefinitions.length, 'it is no table of one row');
  }

  async #metadata(one: string): Promise<void> {
    const accept = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
    const answer = await this.#options.raw.send('GET', one, { headers: { accept } });
    const object = answer.json<Live>();
    assert(object.kind === 'PartialObjectMetadata' && object['spec'] === undefined, 'it is more than metadata');
  }

  async #yaml(one: string): Promise<void> {
    await this.#sendBack(one, 'application/yaml', '?dryRun=All');
  }

  /** What it sends in protobuf it takes back in protobuf, as the same object. */
  async #protobuf(one: string): Promise<void> {
    const before = await this.#live(one);
    const bytes = await this.#sendBack(one, protobuf, '');
    assert(bytes.toString('latin1').startsWith('k8s\0'), 'it is not protobuf');
    const after = await this.#live(one);
    const contents = ({ metadata: _metadata, status: _status, ...rest }: Live): object => rest;
    assert(isDeepStrictEqual(contents(before), contents(after)), 'it came back changed');
    const written = before.metadata.resourceVersion !== after.metadata.resourceVersion;
    assert(!written || !isDeepStrictEqual(before['status'], after['status']), 'the same object again was written as a change');
  }

  /** Reads in a media type and writes the bytes as they came; again when a controller has reported its status in between. */
  async #sendBack(one: string, type: string, query: string): Promise<Buffer> {
    const { raw } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await raw.send('GET', one, { headers: { accept: type } });
      expectStatus(answer, 200);
      assert(answer.headers['content-type'] === type, `it came as ${String(answer.headers['content-type'])}`);
      const back = await raw.send('PUT', `${one}${query}`, { headers: { 'content-type': type }, body: answer.bytes });
      if (back.status === 409 && attempt < retriesMax) continue;
      expectStatus(back, 200);
      return answer.bytes;
    }
  }

  /** As a person does who loses a race: reads again and tries again. */
  async #replace(manifest: Live, by: string): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const read = await this.#objects.read<Live>(header(manifest));
      read.metadata.annotations = { ...read.metadata.annotations, by };
      try {
        await this.#objects.replace(read);
        return;
      } catch (error) {
        if (attempt === retriesMax || (error as { code?: number }).code !== 409) throw error;
      }
    }
  }

  async #conflict(one: string): Promise<void> {
    const { raw } = this.#options;
    const read = await this.#live(one);
    const stale = { ...read, metadata: { ...read.metadata, resourceVersion: '1', annotations: { by: 'stale' } } };
    const answer = await raw.send('PUT', one, { body: stale });
    expectStatus(answer, 409);
    const { reason, message } = answer.json<{ reason: string; message: string }>();
    assert(reason === 'Conflict' && message.includes('the object has been modified'), message);
  }

  async #patch(one: string, type: string, patch: unknown, by: string): Promise<void> {
    expectStatus(await this.#options.raw.send('PATCH', one, { headers: { 'content-type': type }, body: patch }), 200);
    assert((await this.#live(one)).metadata.annotations?.['by'] === by, 'the annotation is not there');
  }

  /** Server-side apply by a library: fields are owned, and go when their owner no longer names them. */
  async #apply(one: string, name: string): Promise<void> {
    const bare = { apiVersion: apiVersionOf(this.#options.resource), kind: this.#options.resource.kind };
    const { namespace } = this.#manifest(name).metadata;
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
    const args = [undefined, undefined, 'compatibility', true, PatchStrategy.ServerSideApply] as const;
    await this.#objects.patch({ ...bare, metadata: { ...metadata, annotations: { applied: 'yes' } } }, ...args);
    const applied = await this.#live(one);
    assert(applied.metadata.annotations?.['applied'] === 'yes', 'the annotation is not there');
    const owned = applied.metadata.managedFields?.some(({ manager, operation }) => manager === 'compatibility' && operation === 'Apply');
    assert(owned === true, 'nobody owns what was applied');
    await this.#objects.patch({ ...bare, metadata }, ...args);
    assert((await this.#live(one)).metadata.annotations?.['applied'] === undefined, 'the field stayed after its owner left it out');
  }

  async #status(one: string): Promise<void> {
    const { raw, sample } = this.#options;
    expectStatus(await raw.send('GET', `${one}/status`), 200);
    const before = await this.#live(one);
    const patch = {
      spec: {},
      metadata: { annotations: { by: 'status' } },
      ...(sample.status === undefined ? {} : { status: sample.status }),
    };
    const answer = await raw.send('PATCH', `${one}/status`, { headers: { 'content-type': 'application/merge-patch+json' }, body: patch });
    expectStatus(answer, 200);
    const after = await this.#live(one);
    assert(isDeepStrictEqual(after['spec'], before['spec']), 'a status update changed the spec');
    assert(isDeepStrictEqual(after.metadata.labels, before.metadata.labels), 'a status update changed the labels');
    for (const field of Object.keys(sample.status ?? {}))
      assert((answer.json<Live>()['status'] as Record<string, unknown>)[field] !== undefined, `status.${field} is not there`);
  }

  async #scale(one: string): Promise<void> {
    const { raw } = this.#options;
    const scale = (await raw.send('GET', `${one}/scale`)).json<Live>();
    assert(scale.kind === 'Scale' && scale.apiVersion === 'autoscaling/v1', 'it is no Scale');
    // Without a version: a controller may report its status at any moment.
    const changed = { ...scale, metadata: { ...scale.metadata, resourceVersion: undefined }, spec: { replicas: 0 } };
    expectStatus(await raw.send('PUT', `${one}/scale`, { body: changed }), 200);
  }

  #explain(): void {
    const { schemas, resource } = this.#options;
    const wanted = { group: resource.group, version: resource.version, kind: resource.kind };
    const found = Object.values(schemas).some((schema) => {
      const kinds = (schema as { 'x-kubernetes-group-version-kind'?: unknown[] })['x-kubernetes-group-version-kind'] ?? [];
      return kinds.some((one) => isDeepStrictEqual(one, wanted));
    });
    assert(found, 'the OpenAPI document does not describe it');
  }

  async #deleteCollection(names: string[]): Promise<void> {
    const { raw } = this.#options;
    for (const name of names) expectStatus(await raw.send('POST', this.#path, { body: this.#manifest(name) }), 201);
    expectStatus(await raw.send('DELETE', `${this.#path}?labelSelector=${encodeURIComponent(label)}`), 200);
    for (const name of names) await this.#gone(`${this.#path}/${name}`);
  }

  async #live(one: string): Promise<Live> {
    const answer = await this.#options.raw.send('GET', one);
    expectStatus(answer, 200);
    return answer.json<Live>();
  }

  async #gone(one: string): Promise<void> {
    for (const end = Date.now() + goneMilliseconds; Date.now() < end; await sleep(50)) {
      if ((await this.#options.raw.send('GET', one)).status === 404) return;
    }
    throw new Error('it is still there after its deletion');
  }

  async #watch(): Promise<{ saw(name: string): Promise<void>; end(): void }> {
    const seen: string[] = [];
    const watch = new Watch(this.#options.config);
    const ended: string[] = [];
    const abort = await watch.watch(
      this.#path,
      { labelSelector: label },
      (phase, object: Live) => seen.push(`${phase} ${object.metadata.name ?? ''}`),
      (error: unknown) => {
        ended.push(error instanceof Error ? error.message : 'without a word');
      },
    );
    return {
      async saw(name) {
        const wanted = ['ADDED', 'MODIFIED', 'DELETED'].map((phase) => `${phase} ${name}`);
        for (const end = Date.now() + goneMilliseconds; Date.now() < end && ended.length === 0; await sleep(20)) {
          if (wanted.every((one) => seen.includes(one))) return;
        }
        throw new Error(`it saw ${[...new Set(seen)].join(', ')}${ended.length === 0 ? '' : ` and ended: ${ended.join()}`}`);
      },
      end: () => abort.abort(),
    };
  }
}

function header({ apiVersion, kind, metadata }: Live): {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
} {
  const { name = '', namespace } = metadata;
  return { apiVersion: apiVersion ?? '', kind: kind ?? '', metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

const annotated = (by: string): object => ({ metadata: { annotations: { by } } });

function assert(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

export function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status)
    throw new Error(`it answered ${answer.status} instead of ${status}: ${answer.bytes.toString().slice(0, 400)}`);
}
