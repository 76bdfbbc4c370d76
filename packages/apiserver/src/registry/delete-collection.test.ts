import type { KubeObject } from '@kajitori/apimachinery';
import { configMaps } from '@kajitori/kinds';
import { expect, it } from 'vitest';
import { type HttpApi, httpApi } from '../testing/http-api.testing.ts';
import { configMap } from '../testing/memory-api.testing.ts';

const path = '/api/v1/namespaces/default/configmaps';

async function filled(count: number, bytes: number): Promise<HttpApi> {
  const api = await httpApi();
  const maps = api.client.resource(configMaps);
  for (let number = 0; number < count; number += 1)
    await maps.create(configMap(`map-${number}`, { value: 'x'.repeat(bytes) }, { labels: { odd: String(number % 2) } }));
  return api;
}

it('the deletion of a collection deletes what was chosen, through all its parts, and tells of it', async () => {
  await using api = await filled(30, 100_000);
  const { body, code } = await api.send('DELETE', `${path}?labelSelector=odd%3D1`);
  expect(code).toBe(200);
  expect(body).toMatchObject({ kind: 'ConfigMapList' });
  const deleted = (body as KubeObject & { items: KubeObject[] }).items.map(({ metadata }) => metadata.name);
  expect(new Set(deleted)).toEqual(new Set(Array.from({ length: 15 }, (_, number) => `map-${2 * number + 1}`)));
  expect((await api.client.resource(configMaps).list('default')).items.length).toBe(15);
});

it('is answered by a Status when it deleted more than an answer should hold', async () => {
  await using api = await filled(20, 500_000);
  const { body, code } = await api.send('DELETE', path);
  expect(code).toBe(200);
  expect(body).toMatchObject({ kind: 'Status', status: 'Success' });
  expect((await api.client.resource(configMaps).list('default')).items).toEqual([]);
});
