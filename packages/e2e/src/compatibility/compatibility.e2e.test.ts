import { readFile, writeFile } from 'node:fs/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { openTestInstance } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectStatus, ResourceRun } from './features.ts';
import { RawClient } from './raw-client.ts';
import { compatibilityPage, type Row } from './report.ts';
import { apiVersionOf, collectionPath, type Resource, servedResources } from './resources.ts';
import { questions, samples } from './samples.ts';

/** Every resource with everything that the API can do with it; the last test holds docs/compatibility.md to what was seen. */
const page = new URL('../../../../docs/compatibility.md', import.meta.url);
const namespace = 'compatibility';
const owns = new AsyncDisposableStack();
const config = new KubeConfig();
const rows: Row[] = [];
const asked: { resource: Resource; passed: boolean }[] = [];
let raw: RawClient;
let served: Resource[];

beforeAll(async () => {
  const instance = owns.use(await openTestInstance());
  config.loadFromFile(instance.kubeconfigFile);
  raw = owns.use(await RawClient.open(instance.kubeconfigFile));
  served = await servedResources(raw);
  await raw.send('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } });
});
afterAll(async () => {
  await raw.send('DELETE', `/api/v1/namespaces/${namespace}`);
  await owns.disposeAsync();
});

function resourceOf(key: string): Resource {
  const found = served.find((one) => one.key === key);
  if (found === undefined) throw new Error(`${key} is not served`);
  return found;
}

const documents = new Map<string, Promise<Record<string, unknown>>>();

/** The schemas of a group and version, by OpenAPI v3. */
function schemasOf({ group, version }: Resource): Promise<Record<string, unknown>> {
  const path = group === '' ? `/openapi/v3/api/${version}` : `/openapi/v3/apis/${group}/${version}`;
  const read = async (): Promise<Record<string, unknown>> => {
    const answer = await raw.send('GET', path);
    expectStatus(answer, 200);
    return answer.json<{ components: { schemas: Record<string, unknown> } }>().components.schemas;
  };
  const found = documents.get(path) ?? read();
  documents.set(path, found);
  return found;
}

describe('stored resources', () => {
  it.each(Object.keys(samples))('%s', async (key) => {
    const resource = resourceOf(key);
    const sample = samples[key];
    if (sample === undefined) throw new Error(`${key} has no sample`);
    const run = new ResourceRun({ config, raw, resource, sample, namespace, schemas: await schemasOf(resource) });
    const results = await run.run();
    rows.push({ resource, results });
    expect(Object.fromEntries(Object.entries(results).filter(([, result]) => result !== true))).toEqual({});
  });
});

describe('questions', () => {
  it.each(Object.keys(questions))('%s', async (key) => {
    const resource = resourceOf(key);
    const question = questions[key];
    if (question === undefined) throw new Error(`${key} has no question`);
    const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...question.body };
    const answer = await raw.send('POST', collectionPath(resource, namespace), { body });
    const passed = answer.status === 201 && question.answers(answer.json());
    asked.push({ resource, passed });
    expect({ passed, answer: answer.bytes.toString() }).toMatchObject({ passed: true });
  });
});

/** Tried by other suites: a Binding needs a pod to bind, metrics a pod that runs. ComponentStatuses are read-only and none. */
const elsewhere = new Set(['/v1/bindings', '/v1/componentstatuses', 'metrics.k8s.io/v1beta1/nodes', 'metrics.k8s.io/v1beta1/pods']);

it('leaves no resource out', () => {
  const builtIn = served.filter(({ group }) => !group.endsWith('.example.com'));
  expect(builtIn.map(({ key }) => key).filter((key) => !(key in samples) && !(key in questions) && !elsewhere.has(key))).toEqual([]);
});

it('is what docs/compatibility.md says', async () => {
  const { gitVersion } = (await raw.send('GET', '/version')).json<{ gitVersion: string }>();
  const text = compatibilityPage(rows, asked, `v${/^v(\d+\.\d+)/.exec(gitVersion)?.[1] ?? ''}`);
  if (process.env['KAJITORI_WRITE_COMPATIBILITY'] === '1') await writeFile(page, text);
  expect(await readFile(page, 'utf8')).toBe(text);
});
