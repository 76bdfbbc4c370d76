import { describe, expect, it } from 'vitest';
import { list, type NamedType, object, ref, string } from '../builder.ts';
import type { Schema } from '../schema.ts';
import { decodeProtobuf } from '../protobuf/protobuf.ts';
import { ConfigMap, Deployment, Json, RawExtension, widget } from '../sample-types.fixture.ts';
import { type ApiDescription, documentName, groupVersions } from './api-description.ts';
import { openApiV2, openApiV3 } from './document.ts';
import { encodeOpenApiV2 } from './gnostic.ts';

const named = (name: string): NamedType<unknown> => object(name, { apiVersion: string(), kind: string(), note: string(1) });
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const Recursive: NamedType<unknown> = object('test.v1.Recursive', { any: ref(1, () => Json), inner: list(2, () => Recursive) });
const ExecOptions = object('test.v1.ExecOptions', { command: list(1, string()), container: string(2).describe('Which one.') });

const description: ApiDescription = {
  title: 'Test',
  version: 'v1.36.0',
  common: {
    listMeta: named('test.v1.ListMeta').schema,
    deleteOptions: named('test.v1.DeleteOptions').schema,
    status: named('test.v1.Status').schema,
    patch: RawExtension.schema,
    apiResourceList: named('test.v1.APIResourceList').schema,
  },
  resources: [
    {
      group: '',
      version: 'v1',
      kind: 'ConfigMap',
      plural: 'configmaps',
      namespaced: true,
      verbs,
      schema: ConfigMap.schema,
      subresources: {
        exec: { kind: 'v1/ExecOptions', verbs: ['connect:get', 'connect:post'], schema: ExecOptions.schema },
        log: { kind: 'v1/ConfigMap', verbs: ['get'] },
      },
    },
    {
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      plural: 'deployments',
      namespaced: true,
      verbs,
      schema: Deployment.schema,
      subresources: {
        status: { kind: 'apps/v1/Deployment', verbs: ['get', 'patch', 'update'] },
        scale: { kind: 'autoscaling/v1/Scale', verbs: ['get'], schema: Recursive.schema },
      },
    },
    {
      group: 'example.com',
      version: 'v1',
      kind: 'Widget',
      plural: 'widgets',
      namespaced: false,
      verbs,
      schema: widget,
      definitionName: 'com.example.v1.Widget',
      custom: true,
    },
  ],
};

// Documents are read by path here, as their readers do.
type Tree = { [key: string]: Tree };
const at = (document: unknown, ...path: string[]): unknown => path.reduce((node, key) => node?.[key] as Tree, document as Tree);

/** Every reference leads somewhere. */
function danglingReferences(document: unknown, definitions: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    if (key === '$ref' && !Object.hasOwn(definitions as object, String(value).split('/').at(-1) ?? '')) found.push(String(value));
    return value;
  });
  return found;
}

describe('OpenAPI v3', () => {
  const core = openApiV3(description, { group: '', version: 'v1' });
  const apps = openApiV3(description, { group: 'apps', version: 'v1' });
  const custom = openApiV3(description, { group: 'example.com', version: 'v1' });

  it('has one document for each group and version, whose references all lead somewhere', () => {
    expect(groupVersions(description).map(documentName)).toEqual(['api/v1', 'apis/apps/v1', 'apis/example.com/v1']);
    for (const document of [core, apps, custom]) expect(danglingReferences(document, at(document, 'components', 'schemas'))).toEqual([]);
  });

  it('says which kind an operation is about, and what a client may ask', () => {
    const patch = at(apps, 'paths', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}', 'patch');
    expect(patch).toMatchObject({
      operationId: 'patchAppsV1NamespacedDeployment',
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
    });
    expect((at(patch, 'parameters') as { name: string }[]).map(({ name }) => name)).toEqual([
      'dryRun',
      'fieldManager',
      'fieldValidation',
      'force',
    ]);
    expect(Object.keys(at(patch, 'requestBody', 'content') as object)).toContain('application/strategic-merge-patch+json');
    const customPatch = at(custom, 'paths', '/apis/example.com/v1/widgets/{name}', 'patch', 'requestBody', 'content');
    expect(Object.keys(customPatch as object)).not.toContain('application/strategic-merge-patch+json');
    expect(
      at(apps, 'paths', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale', 'get', 'x-kubernetes-group-version-kind'),
    ).toEqual({
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
    });
    expect(Object.keys(at(core, 'paths') as object)).toEqual([
      '/api/v1/',
      '/api/v1/configmaps',
      '/api/v1/namespaces/{namespace}/configmaps',
      '/api/v1/namespaces/{namespace}/configmaps/{name}',
      '/api/v1/namespaces/{namespace}/configmaps/{name}/exec',
      '/api/v1/namespaces/{namespace}/configmaps/{name}/log',
    ]);
    const exec = at(core, 'paths', '/api/v1/namespaces/{namespace}/configmaps/{name}/exec', 'get', 'parameters');
    expect((exec as { name: string }[]).map(({ name }) => name)).toEqual(['command', 'container']);
  });

  it('survives being read and written by clients that leave empty lists away', () => {
    const empty: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (Object.keys(value).length === 0 && !path.endsWith('.default')) empty.push(path);
      for (const [key, child] of Object.entries(value)) look(child, `${path}.${key}`);
    };
    for (const groupVersion of groupVersions(description)) look(openApiV3(description, groupVersion).paths, '');
    look(openApiV2(description).paths, '');
    expect(empty).toEqual([]);
  });

  it('publishes a named type once, and what a field adds beside the reference', () => {
    const schemas = at(apps, 'components', 'schemas');
    expect(at(schemas, 'test.v1.Deployment', 'x-kubernetes-group-version-kind')).toEqual([
      { group: 'apps', version: 'v1', kind: 'Deployment' },
    ]);
    expect(at(schemas, 'test.v1.DeploymentSpec', 'properties', 'strategy')).toEqual({
      allOf: [{ $ref: '#/components/schemas/test.v1.Strategy' }],
      default: {},
      'x-kubernetes-patch-strategy': 'retainKeys',
    });
    expect(at(schemas, 'test.v1.Strategy')).not.toHaveProperty('x-kubernetes-patch-strategy');
    expect(at(schemas, 'test.v1.PodSpec', 'properties', 'containers')).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/test.v1.Container' },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    });
    expect(at(schemas, 'test.v1.Quantity')).toEqual({ oneOf: [{ type: 'string' }, { type: 'number' }] });
    expect(at(schemas, 'test.v1.Recursive')).toMatchObject({
      properties: { inner: { items: { $ref: '#/components/schemas/test.v1.Recursive' } } },
    });
    expect(JSON.stringify(schemas)).not.toMatch(/keepsZero|"proto"|codec|typeName/);
  });

  it('publishes a tenant’s schema as it was written', () => {
    const spec = at(custom, 'components', 'schemas', 'com.example.v1.Widget', 'properties', 'spec');
    expect(at(spec, 'properties', 'size')).toEqual({ type: 'integer', format: 'int32', minimum: 1, maximum: 10 });
    expect(at(spec, 'properties', 'note')).toEqual({ type: 'string', nullable: true });
    expect(at(spec, 'properties', 'exclusive', 'oneOf')).toEqual([{ required: ['a'] }, { required: ['b'] }]);
    expect(at(custom, 'components', 'schemas', 'com.example.v1.WidgetList', 'properties', 'items', 'items')).toEqual({
      $ref: '#/components/schemas/com.example.v1.Widget',
    });
  });
});

describe('OpenAPI v2', () => {
  const document = openApiV2(description);

  it('holds all groups, and is no stricter than the server', () => {
    expect(danglingReferences(document, at(document, 'definitions'))).toEqual([]);
    expect(at(document, 'definitions', 'test.v1.DeploymentSpec', 'properties', 'strategy')).toMatchObject({
      $ref: '#/definitions/test.v1.Strategy',
    });
    expect(at(document, 'definitions', 'com.example.v1.Widget', 'properties', 'spec', 'properties', 'note')).toEqual({});
    expect(at(document, 'definitions', 'com.example.v1.Widget', 'properties', 'spec', 'properties', 'free')).toEqual({
      'x-kubernetes-preserve-unknown-fields': true,
    });
    expect(JSON.stringify(document)).not.toMatch(/"oneOf"|"nullable"|"anyOf"/);
  });

  it('refuses no null: neither by an enum nor as a missing field', () => {
    const kept: Schema = { type: 'string', enum: ['a'] };
    const schema: Schema = { type: 'object', properties: { a: { ...kept, nullable: true }, b: kept }, required: ['a', 'b'] };
    const resource = {
      group: 'x.com',
      version: 'v1',
      kind: 'X',
      plural: 'xs',
      namespaced: false,
      verbs,
      schema,
      definitionName: 'com.x.v1.X',
    };
    expect(at(openApiV2({ ...description, resources: [resource] }), 'definitions', 'com.x.v1.X')).toMatchObject({
      required: ['b'],
      properties: { b: kept },
    });
    expect(at(openApiV2({ ...description, resources: [resource] }), 'definitions', 'com.x.v1.X', 'properties', 'a')).toEqual({});
  });

  it('says nothing of the fields of an object that may have any', () => {
    const schema: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } };
    const resource = {
      group: 'x.com',
      version: 'v1',
      kind: 'X',
      plural: 'xs',
      namespaced: false,
      verbs,
      schema,
      definitionName: 'com.x.v1.X',
    };
    expect(at(openApiV2({ ...description, resources: [resource] }), 'definitions', 'com.x.v1.X')).toEqual({
      type: 'object',
      'x-kubernetes-group-version-kind': [{ group: 'x.com', version: 'v1', kind: 'X' }],
    });
  });

  it('is written in the form of gnostic', () => {
    const bytes = encodeOpenApiV2(document);
    const Head = object('test.v1.Head', {
      swagger: string(1),
      info: ref(2, () => object('test.v1.Info', { title: string(1), version: string(2) })),
      definitions: ref(9, () => Definitions),
    });
    const Definitions = object('test.v1.Definitions', { all: list(1, () => Named) });
    const Named = object('test.v1.NamedSchema', { name: string(1), value: ref(2, () => Schema) });
    const Any = object('test.v1.Any', { yaml: string(2) });
    const Extension = object('test.v1.Extension', { name: string(1), value: ref(2, () => Any) });
    const Schema = object('test.v1.Schema', {
      required: list(19, string()),
      type: ref(22, () => Type),
      extensions: list(31, () => Extension),
    });
    const Type = object('test.v1.Type', { value: list(1, string()) });
    const read = decodeProtobuf(Head.schema, bytes);
    expect(read).toMatchObject({ swagger: '2.0', info: { title: 'Test', version: 'v1.36.0' } });
    const all = at(read, 'definitions', 'all') as { name: string; value: Tree }[];
    expect(all.map(({ name }) => name)).toEqual(Object.keys(at(document, 'definitions') as object));
    expect(all.find(({ name }) => name === 'test.v1.Deployment')?.value).toEqual({
      type: { value: ['object'] },
      extensions: [{ name: 'x-kubernetes-group-version-kind', value: { yaml: '[{"group":"apps","version":"v1","kind":"Deployment"}]' } }],
    });
  });
});
