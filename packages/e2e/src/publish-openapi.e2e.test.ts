import { waitFor } from '@kajitori/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Kubectl } from './kubectl.ts';
import { newestKubectl } from './newest-kubectl.ts';

/** What is published of definitions, and what kubectl makes of it: after the conformance tests of Kubernetes, "CustomResourcePublishOpenAPI". */
const namespace = 'published';
const owns = new AsyncDisposableStack();
let kubectl: Kubectl;
const made: string[] = [];

beforeAll(async () => {
  ({ kubectl } = await newestKubectl(owns));
  await kubectl.run(['create', 'namespace', namespace]);
});
afterEach(async () => {
  for (const name of made.splice(0)) await kubectl.run(['delete', 'crd', name, '--timeout=60s']);
});
afterAll(async () => {
  await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=80s']);
  await owns.disposeAsync();
});

type Schema = Record<string, unknown>;
const bridges: Schema = {
  description: 'Bridges of a country.',
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'What is wanted.',
      properties: {
        spans: {
          description: 'The spans, from the left bank on.',
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { description: 'Name of the span.', type: 'string' },
              mood: { description: 'How it feels.', type: 'string', enum: ['Great', 'Down'] },
              lamps: { description: 'Its lamps.', type: 'array', items: { type: 'string' } },
            },
          },
        },
      },
    },
    status: { type: 'object', description: 'What there is.', properties: { kind: { type: 'string', pattern: 'in|out' } } },
  },
};

async function define(group: string, versions: readonly string[], schema: Schema): Promise<string> {
  const name = `bridges.${group}`;
  const spec = {
    group,
    scope: 'Namespaced',
    names: { plural: 'bridges', singular: 'bridge', kind: 'Bridge' },
    versions: versions.map((version, at) => ({ name: version, served: true, storage: at === 0, schema: { openAPIV3Schema: schema } })),
  };
  const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name }, spec };
  await kubectl.run(['create', '-f', '-'], JSON.stringify(definition));
  made.push(name);
  return name;
}

/** A definition in version 2, without what the server adds; undefined when there is none. */
async function published(group: string, version: string): Promise<Schema | undefined> {
  const document = JSON.parse(await kubectl.run(['get', '--raw', '/openapi/v2'])) as { definitions: Record<string, Schema> };
  const definition = document.definitions[`${group.split('.').toReversed().join('.')}.${version}.Bridge`];
  if (definition === undefined) return undefined;
  const { 'x-kubernetes-group-version-kind': _, properties, ...rest } = definition;
  if (properties === undefined) return rest;
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...own } = properties as Schema;
  return { ...rest, properties: own };
}

/** A cluster has several processes, and each looks at definitions anew within a second. */
const becomes = (group: string, version: string, schema: Schema | undefined): Promise<unknown> =>
  waitFor(async () => JSON.stringify(sorted(await published(group, version))) === JSON.stringify(sorted(schema)), {
    what: `${version} of ${group} is published so`,
    timeoutMilliseconds: 20_000,
  });

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

const explain = (what: string): Promise<string> => kubectl.run(['explain', what]);
const bridge = (group: string, more: object): string =>
  JSON.stringify({ apiVersion: `${group}/v1`, kind: 'Bridge', metadata: { name: 'one', namespace }, ...more });

it('explains a definition with a schema, and holds manifests to it', async () => {
  const group = 'schema.publish.example.com';
  await define(group, ['v1'], bridges);
  await becomes(group, 'v1', bridges);
  for (const verb of ['create', 'apply']) {
    await kubectl.run([verb, '-f', '-'], bridge(group, { spec: { spans: [{ name: 'a' }] } }));
    await kubectl.run(['-n', namespace, 'delete', 'bridges', 'one']);
    const refusal = async (spec: object): Promise<string> => (await kubectl.try([verb, '-f', '-'], bridge(group, { spec }))).stderr;
    expect(await refusal({ spans: [{ name: 'a', mood: 'odd' }] })).toContain('Unsupported value: "odd"');
    expect(await refusal({ odd: true })).toContain('unknown field "spec.odd"');
    expect(await refusal({ spans: [{ mood: 'Down' }] })).toContain('spec.spans[0].name: Required value');
  }
  expect(await explain('bridges')).toMatch(
    /DESCRIPTION:.*Bridges of a country.*FIELDS:.*apiVersion.*<string>.*APIVersion defines.*spec.*<Object>.*What is wanted/s,
  );
  expect(await explain('bridges.metadata')).toMatch(
    /DESCRIPTION:.*Standard object's metadata.*FIELDS:.*creationTimestamp.*<string>.*CreationTimestamp is a timestamp/s,
  );
  expect(await explain('bridges.spec.spans')).toMatch(
    /spans <\[\]Object>.*The spans.*lamps.*<\[\]string>.*Its lamps.*name.*<string>.*Name of the span/s,
  );
  expect((await kubectl.try(['explain', 'bridges.spec.nothing'])).stderr).toContain('field "nothing" does not exist');
});

it('takes anything where a definition says nothing', async () => {
  const group = 'open.publish.example.com';
  await define(group, ['v1'], { type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
  await becomes(group, 'v1', { type: 'object' });
  for (const verb of ['create', 'apply']) {
    await kubectl.run([verb, '-f', '-'], bridge(group, { a: { b: [{ c: 'd' }] } }));
    await kubectl.run(['-n', namespace, 'delete', 'bridges', 'one']);
  }
  expect(await explain('bridges')).toMatch(/DESCRIPTION:.*<empty>/s);
});

it('follows versions that are renamed or no longer served', async () => {
  const group = 'versions.publish.example.com';
  const name = await define(group, ['v2', 'v3'], bridges);
  await becomes(group, 'v3', bridges);
  await kubectl.run(['patch', 'crd', name, '--type=json', '-p', '[{"op":"replace","path":"/spec/versions/1/name","value":"v4"}]']);
  await becomes(group, 'v4', bridges);
  await becomes(group, 'v3', undefined);
  await kubectl.run(['patch', 'crd', name, '--type=json', '-p', '[{"op":"replace","path":"/spec/versions/1/served","value":false}]']);
  await becomes(group, 'v4', undefined);
  expect(sorted(await published(group, 'v2'))).toEqual(sorted(bridges));
});
