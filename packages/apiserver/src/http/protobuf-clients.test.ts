import type { KubeObject } from '@kajitori/apimachinery';
import { configMaps, listTypeOf } from '@kajitori/kinds';
import { decodeEnvelope, decodeProtobuf, type NamedType } from '@kajitori/schema';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PartialObjectMetadata } from '../negotiation/partial-object-metadata.ts';
import { apiOverHttp } from '../testing/api-over-http.testing.ts';
import { admin, configMap, type MemoryApi, memoryApi } from '../testing/memory-api.testing.ts';

/** What clients that speak protobuf read: client-go's informers, controllers, and those that care for metadata alone. */
const owns = new AsyncDisposableStack();
const protobuf = 'application/vnd.kubernetes.protobuf';
const partial = `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
const streaming = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
const maps = '/api/v1/namespaces/default/configmaps';
let memory: MemoryApi;
let url: string;

beforeAll(async () => {
  memory = owns.use(await memoryApi({ authenticateToken: async () => admin }));
  ({ url } = owns.use(await apiOverHttp(memory)));
  await memory.client.resource(configMaps).create({ ...configMap('one'), data: { a: '1' } });
});
afterAll(() => owns.disposeAsync());

const ask = (path: string, accept: string): Promise<Response> => fetch(`${url}${path}`, { headers: { authorization: 'Bearer x', accept } });

/** The object in an envelope. */
function opened(bytes: Uint8Array, type: NamedType<unknown>): KubeObject {
  const { apiVersion, kind, raw } = decodeEnvelope(bytes);
  return { ...(decodeProtobuf(type.schema, raw) as KubeObject), apiVersion, kind };
}

async function read(path: string, accept: string, type: NamedType<unknown>): Promise<KubeObject> {
  const response = await ask(path, accept);
  expect(response.headers.get('content-type')).toBe(protobuf);
  return opened(new Uint8Array(await response.arrayBuffer()), type);
}

/** The fields of a message of which all are of delimited ones, by their numbers. */
function fields(message: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at < message.length;) {
    const tag = message[at] ?? 0;
    if ((tag & 7) !== 2) throw new Error(`wire type ${tag & 7} at ${at}`);
    let [length, shift] = [0, 0];
    do {
      at += 1;
      length |= ((message[at] ?? 0) & 0x7f) << shift;
      shift += 7;
    } while ((message[at] ?? 0) > 0x7f);
    found.set(tag >> 3, message.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return found;
}

/** As client-go reads a stream: frames with their length before them, each a bare WatchEvent with an enveloped object. */
async function watched(query: string, accept: string, type: NamedType<unknown>): Promise<{ type: string; object: KubeObject }[]> {
  const response = await ask(`${maps}?watch=true&timeoutSeconds=1&${query}`, accept);
  expect(response.headers.get('content-type')).toBe(`${protobuf};stream=watch`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const events: { type: string; object: KubeObject }[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32BE(at)) {
    const event = fields(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)));
    const raw = fields(event.get(2) ?? Buffer.alloc(0)).get(1) ?? Buffer.alloc(0);
    events.push({ type: event.get(1)?.toString() ?? '', object: opened(raw, type) });
  }
  return events;
}

it('an object, a list and a watch', async () => {
  expect(await read(`${maps}/one`, protobuf, configMaps.schema)).toMatchObject({
    kind: 'ConfigMap',
    metadata: { name: 'one' },
    data: { a: '1' },
  });
  const list = await read(maps, protobuf, listTypeOf(configMaps.schema));
  expect(list).toMatchObject({ kind: 'ConfigMapList', items: [{ metadata: { name: 'one' }, data: { a: '1' } }] });
  const events = await watched('', protobuf, configMaps.schema);
  expect(events).toMatchObject([
    { type: 'ADDED', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data: { a: '1' } } },
  ]);
});

it('the state first in a watch, and where it ends', async () => {
  const [added, end] = await watched(streaming, protobuf, configMaps.schema);
  expect(added?.type).toBe('ADDED');
  expect(end).toMatchObject({ type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } });
});

it('metadata alone: of an object, a list and a watch', async () => {
  const one = await read(`${maps}/one`, partial, PartialObjectMetadata);
  expect(one).toMatchObject({ apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: { name: 'one' } });
  expect(one).not.toHaveProperty('data');
  const listed = partial.replaceAll('Metadata;', 'MetadataList;');
  for (const query of ['', '?limit=1']) {
    const list = await read(`${maps}${query}`, listed, listTypeOf(PartialObjectMetadata));
    expect(list).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ metadata: { name: 'one' } }] });
  }
  const events = await watched(streaming, partial, PartialObjectMetadata);
  expect(events.slice(0, 2).map(({ type, object }) => [type, object.kind])).toEqual([
    ['ADDED', 'PartialObjectMetadata'],
    ['BOOKMARK', 'PartialObjectMetadata'],
  ]);
});
