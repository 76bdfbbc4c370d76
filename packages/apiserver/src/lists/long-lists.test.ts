import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { KubeObject } from '@kajitori/apimachinery';
import { configMaps, listTypeOf } from '@kajitori/kinds';
import { decodeEnvelope, decodeProtobuf } from '@kajitori/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOverHttp } from '../testing/api-over-http.testing.ts';
import { admin, configMap, memoryApi } from '../testing/memory-api.testing.ts';

const owns = new AsyncDisposableStack();
const count = 40;
const valueBytes = 50_000;
const path = '/api/v1/namespaces/default/configmaps';
let url: string;
let names: string[];
beforeAll(async () => {
  const world = owns.use(await memoryApi({ authenticateToken: async () => admin }));
  const maps = world.client.resource(configMaps);
  for (let number = 0; number < count; number += 1)
    await maps.create(
      configMap(`long-${number}`, { number: String(number), value: 'é'.repeat(valueBytes) }, { labels: { odd: String(number % 2) } }),
    );
  names = (await maps.list('default')).items.map(({ metadata }) => metadata.name ?? '');
  ({ url } = owns.use(await apiOverHttp(world)));
});
afterAll(() => owns.disposeAsync());

async function ask(
  query: string,
  accept = 'application/json',
  encoding = 'identity',
): Promise<{ response: IncomingMessage; bytes: Buffer }> {
  const call = get(`${url}${path}${query}`, { headers: { authorization: 'Bearer any', accept, 'accept-encoding': encoding } });
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return { response, bytes: await buffer(response) };
}

interface List extends KubeObject {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: KubeObject[];
}

async function list(query: string, accept?: string): Promise<List> {
  const { response, bytes } = await ask(query, accept);
  expect(response.statusCode).toBe(200);
  return JSON.parse(bytes.toString()) as List;
}

const namesOf = ({ items }: Pick<List, 'items'>): unknown[] => items.map(({ metadata }) => metadata.name);

describe('a list that is longer than a piece', () => {
  it('comes whole, to many at once', async () => {
    const lists = await Promise.all(Array.from({ length: 4 }, () => list('')));
    for (const one of lists) {
      expect(namesOf(one)).toEqual(names);
      expect(one).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
      expect(Number(one.metadata.resourceVersion)).toBeGreaterThan(count);
    }
    expect((lists[0]?.items[3] as { data?: object })?.data).toMatchObject({ value: 'é'.repeat(valueBytes) });
  });

  it('says where it goes on when it has a limit', async () => {
    const first = await list('?limit=25');
    expect(namesOf(first)).toEqual(names.slice(0, 25));
    expect(first.metadata.remainingItemCount).toBe(names.length - 25);
    const last = await list(`?limit=25&continue=${first.metadata.continue}`);
    expect(namesOf(last)).toEqual(names.slice(25));
    expect(last.metadata.continue).toBeUndefined();
    expect(last.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it.each(['?labelSelector=odd%3D1', '?labelSelector=odd!%3D0,odd', '?fieldSelector=metadata.name!%3Dlong-2&labelSelector=odd'])(
    'is of what the selectors choose: %s',
    async (query) => {
      const chosen = namesOf(await list(query));
      const odd = names.filter((name) => Number(name.slice('long-'.length)) % 2 === 1);
      expect(chosen).toEqual(query.includes('fieldSelector') ? names.filter((name) => name.startsWith('long-') && name !== 'long-2') : odd);
      expect(namesOf(await list(`${query}&limit=7`))).toEqual(chosen.slice(0, 7));
    },
  );

  it('comes compressed as one gzip stream', async () => {
    const [{ bytes: plain }, { bytes, response }] = [await ask(''), await ask('', 'application/json', 'gzip')];
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(bytes.length).toBeLessThan(plain.length / 4);
    expect(gunzipSync(bytes).equals(plain)).toBe(true);
  });

  it.each(['', '?limit=25', '?resourceVersion=0'])('comes in protobuf as it does in JSON: %s', async (query) => {
    const { bytes, response } = await ask(query, 'application/vnd.kubernetes.protobuf');
    expect(response.headers['content-type']).toBe('application/vnd.kubernetes.protobuf');
    const { kind, raw } = decodeEnvelope(bytes);
    expect(kind).toBe('ConfigMapList');
    const decoded = decodeProtobuf(listTypeOf(configMaps.schema).schema, raw) as unknown as List;
    const asJson = await list(query);
    expect(decoded.metadata).toMatchObject({ resourceVersion: asJson.metadata.resourceVersion });
    expect(decoded.metadata.continue).toBe(asJson.metadata.continue);
    expect(namesOf(decoded)).toEqual(namesOf(asJson));
  });

  it('comes as YAML in the style of JSON', async () => {
    for (const query of ['', '/long-3']) {
      const call = get(`${url}${path}${query}`, { headers: { authorization: 'Bearer any', accept: 'application/yaml' } });
      const [response] = (await once(call, 'response')) as [IncomingMessage];
      expect(response.headers['content-type']).toBe('application/yaml');
      expect(JSON.parse((await buffer(response)).toString())).toMatchObject({ apiVersion: 'v1' });
    }
  });

  it('comes as a table, and as metadata alone', async () => {
    const table = (await list('?includeObject=Object', 'application/json;as=Table;g=meta.k8s.io;v=v1')) as unknown as {
      columnDefinitions: object[];
      rows: { cells: unknown[] }[];
      metadata: { resourceVersion?: string };
    };
    expect(table.rows.map(({ cells }) => cells[0])).toEqual(names);
    expect(table.columnDefinitions.length).toBe(table.rows[0]?.cells.length);
    expect(table.metadata.resourceVersion).toBeDefined();
    const partial = await list('', 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1');
    expect(partial).toMatchObject({ kind: 'PartialObjectMetadataList' });
    expect(namesOf(partial)).toEqual(names);
    expect(partial.items[0]).not.toHaveProperty('data');
  });

  it('ends for a reader that leaves, and serves the others', async () => {
    const call = get(`${url}${path}`, { headers: { authorization: 'Bearer any' } });
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.destroy();
    expect(namesOf(await list(''))).toEqual(names);
  });
});
