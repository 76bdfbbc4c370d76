import { configMaps } from '@kajitori/kinds';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiOverHttp } from '../testing/api-over-http.testing.ts';
import { admin, configMap, type MemoryApi, memoryApi } from '../testing/memory-api.testing.ts';

const owns = new AsyncDisposableStack();
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
let memory: MemoryApi;
let url: string;

beforeAll(async () => {
  memory = owns.use(await memoryApi({ authenticateToken: async () => admin }));
  ({ url } = owns.use(await apiOverHttp(memory)));
});
afterAll(() => owns.disposeAsync());

const post = (path: string, accept: string, body: object): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer x', 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });

it('a review has no metadata to be shown as a table by', async () => {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { nonResourceAttributes: { path: '/', verb: 'get' } },
  };
  const refused = await post(path, table, review);
  expect([refused.status, await refused.json()]).toMatchObject([406, { reason: 'NotAcceptable' }]);
  expect((await post(path, `${table},application/json`, review)).status).toBe(201);
});

it('a timeout that is none is refused', async () => {
  const ask = async (timeout: string): Promise<unknown[]> => {
    const answer = await fetch(`${url}/version?timeout=${timeout}`, { headers: { authorization: 'Bearer x' } });
    return [answer.status, ((await answer.json()) as { message?: string }).message];
  };
  expect(await ask('invalid')).toEqual([400, 'invalid timeout specified in the request URL - time: invalid duration "invalid"']);
  for (const timeout of ['3m', '0s', '1h2.5m']) expect(await ask(timeout)).toEqual([200, undefined]);
});

it('options that do not exist are refused as Kubernetes refuses them', async () => {
  const maps = '/api/v1/namespaces/default/configmaps';
  const refusal = async (query: string): Promise<unknown[]> => {
    const answer = await post(`${maps}?${query}`, 'application/json', configMap('optional'));
    return [answer.status, ((await answer.json()) as { message?: string }).message];
  };
  expect(await refusal('dryRun=Some')).toEqual([
    422,
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: "Some": supported values: "All"',
  ]);
  expect(await refusal('fieldValidation=Loose')).toEqual([
    422,
    'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Loose": supported values: "Ignore", "Strict", "Warn"',
  ]);
  const headers = { authorization: 'Bearer x', 'content-type': 'application/json' };
  for (const [method, path] of [
    ['PUT', maps],
    ['PATCH', maps],
    ['POST', `${maps}/a`],
  ] as const) {
    const answer = await fetch(`${url}${path}`, { method, headers, body: '{}' });
    expect([answer.status, await answer.json()]).toMatchObject([
      405,
      { reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' },
    ]);
  }
});

it('a patch of an unknown form is refused before its object is looked for', async () => {
  const headers = { authorization: 'Bearer x', 'content-type': 'application/odd' };
  const answer = await fetch(`${url}/api/v1/namespaces/default/configmaps/none`, { method: 'PATCH', headers, body: '{}' });
  expect([answer.status, await answer.json()]).toMatchObject([415, { reason: 'UnsupportedMediaType' }]);
});

it('an object is not told as of a revision that is still to come', async () => {
  const made = await memory.client.resource(configMaps).create(configMap('now'));
  const get = (resourceVersion: string): Promise<Response> =>
    fetch(`${url}/api/v1/namespaces/default/configmaps/now?resourceVersion=${resourceVersion}`, { headers: { authorization: 'Bearer x' } });
  for (const past of ['', '0', '1', made.metadata.resourceVersion ?? '']) expect((await get(past)).status).toBe(200);
  const future = await get('999999');
  expect([future.status, await future.json()]).toMatchObject([
    504,
    { reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } },
  ]);
  expect((await get('odd')).status).toBe(400);
});

it('health is told in the form that is asked for', async () => {
  const ask = async (path: string): Promise<string> => (await fetch(`${url}${path}`, { headers: { authorization: 'Bearer x' } })).text();
  expect(await ask('/readyz')).toBe('ok');
  expect(await ask('/livez?verbose')).toBe('[+]ping ok\nlivez check passed\n');
});

it('an event is selected by its fields in the words of either group', async () => {
  const about = { namespace: 'default', name: 'it', kind: 'Pod' };
  const event = {
    metadata: { name: 'e' },
    regarding: about,
    eventTime: '2024-01-02T03:04:05.000006Z',
    reason: 'R',
    action: 'A',
    type: 'Normal',
    reportingController: 'c',
    reportingInstance: 'i',
  };
  const group = '/apis/events.k8s.io/v1/namespaces/default/events';
  expect((await post(group, 'application/json', event)).status).toBe(201);
  const count = async (path: string, selector: string): Promise<number> => {
    const answer = await fetch(`${url}${path}?fieldSelector=${encodeURIComponent(selector)}`, { headers: { authorization: 'Bearer x' } });
    return ((await answer.json()) as { items: unknown[] }).items.length;
  };
  for (const selector of ['reportingController=c', 'regarding.name=it,reason=R', 'involvedObject.name=it'])
    expect(await count(group, selector)).toBe(1);
  expect(await count(group, 'reportingController=d')).toBe(0);
  expect(await count('/api/v1/namespaces/default/events', 'reportingComponent=c')).toBe(1);
});

it('what could not be answered is not done', async () => {
  const maps = '/api/v1/namespaces/default/configmaps';
  expect((await post(maps, 'text/html', configMap('never'))).status).toBe(406);
  expect(await memory.client.resource(configMaps).find('default', 'never')).toBeUndefined();
  expect((await post(maps, table, configMap('shown'))).status).toBe(201);
});
