import { type CustomResourceDefinition, customResourceDefinitions } from '@kajitori/kinds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserInfo } from '@kajitori/client';
import { httpApi, type HttpApi } from '../testing/http-api.testing.ts';
import { backup, backupDefinition } from './definition.testing.ts';

const path = '/apis/stable.example.com/v1/namespaces/default/backups';
let api: HttpApi;

beforeAll(async () => {
  api = await httpApi();
  await api.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', backupDefinition());
});
afterAll(() => api[Symbol.asyncDispose]());

describe('a definition', () => {
  it('is established in the answer, and its kind is served from then on', async () => {
    const { body } = await api.send('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/backups.stable.example.com');
    const { status } = body as unknown as CustomResourceDefinition;
    expect(status?.conditions?.map(({ type, status: is, reason }) => [type, is, reason])).toEqual([
      ['NamesAccepted', 'True', 'NoConflicts'],
      ['Established', 'True', 'InitialNamesAccepted'],
    ]);
    expect(status?.acceptedNames).toEqual({
      plural: 'backups',
      singular: 'backup',
      shortNames: ['bk'],
      kind: 'Backup',
      listKind: 'BackupList',
      categories: ['all'],
    });
    expect(status?.storedVersions).toEqual(['v1']);
    expect(await api.send('GET', path)).toMatchObject({
      code: 200,
      body: { kind: 'BackupList', apiVersion: 'stable.example.com/v1', items: [] },
    });
  });
});

describe('a definition with rules', () => {
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const ruled = (rule: string): CustomResourceDefinition =>
    backupDefinition(({ metadata, spec }) => {
      metadata.name = 'ruleds.rules.example.com';
      spec.group = 'rules.example.com';
      Object.assign(spec.names, { plural: 'ruleds', singular: 'ruled', kind: 'Ruled', shortNames: [] });
      const schema = spec.versions[0]?.schema?.openAPIV3Schema;
      Object.assign(schema?.properties?.['spec'] ?? {}, { 'x-kubernetes-validations': [{ rule, message: 'copies never shrink' }] });
    });

  it('is refused when a rule does not compile', async () => {
    const { code, body } = await api.send('POST', definitions, ruled('self.nothing > 1'));
    expect([code, body['message']]).toEqual([
      422,
      expect.stringContaining(
        'spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value: ' +
          `{"rule":"self.nothing > 1","message":"copies never shrink"}: compilation failed: ERROR: <input>:1:5: undefined field 'nothing'`,
      ),
    ]);
  });

  it('holds its instances to them', async () => {
    expect((await api.send('POST', definitions, ruled('self.copies >= oldSelf.copies'))).code).toBe(201);
    const one = { ...backup('one', { target: 'a', copies: 3 }), kind: 'Ruled', apiVersion: 'rules.example.com/v1' };
    const instances = '/apis/rules.example.com/v1/namespaces/default/ruleds';
    expect((await api.send('POST', instances, one)).code).toBe(201);
    const { code, body } = await api.send('PATCH', `${instances}/one`, { spec: { copies: 2 } }, 'application/merge-patch+json');
    expect([code, body['message']]).toEqual([
      422,
      'Ruled.rules.example.com "one" is invalid: spec: Invalid value: "object": copies never shrink',
    ]);
  });
});

describe('a definition with rules and other demands', () => {
  it('names all that it finds, and what was not looked for', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const definition = backupDefinition(({ metadata, spec }) => {
      metadata.name = 'both.both.example.com';
      spec.group = 'both.example.com';
      Object.assign(spec.names, { plural: 'both', singular: 'both', kind: 'Both', shortNames: [] });
      const schema = spec.versions[0]?.schema?.openAPIV3Schema?.properties?.['spec'] ?? {};
      Object.assign(schema, { 'x-kubernetes-validations': [{ rule: "!has(self.note) || self.note != 'bad'" }] });
    });
    expect((await api.send('POST', definitions, definition)).code).toBe(201);
    const instances = '/apis/both.example.com/v1/namespaces/default/both';
    const refusal = async (spec: object): Promise<string> => {
      const { body } = await api.send('POST', instances, { ...backup('x', spec), kind: 'Both', apiVersion: 'both.example.com/v1' });
      return String(body['message']);
    };
    expect(await refusal({ target: 'a', copies: 11, note: 'bad' })).toBe(
      'Both.both.example.com "x" is invalid: [spec.copies: Invalid value: 11: spec.copies in body should be less than or equal to 10, ' +
        `spec: Invalid value: "object": failed rule: !has(self.note) || self.note != 'bad']`,
    );
    expect(await refusal({ copies: 11, note: 'bad' })).toBe(
      'Both.both.example.com "x" is invalid: [spec.target: Required value, ' +
        'spec.copies: Invalid value: 11: spec.copies in body should be less than or equal to 10, ' +
        '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; ' +
        'correct the existing errors to complete validation]',
    );
  });
});

describe('an instance', () => {
  it('is pruned, defaulted and counted', async () => {
    const made = await api.send(
      'POST',
      path,
      backup('one', { target: 'orders', odd: 1, note: null, stores: [{ name: 'a' }] }, { stray: true }),
    );
    expect(made.code).toBe(201);
    expect(made.warnings).toEqual(['299 - "unknown field \\"spec.odd\\""', '299 - "unknown field \\"stray\\""']);
    expect(made.body).toMatchObject({ metadata: { generation: 1, name: 'one' } });
    expect(made.body['spec']).toEqual({
      target: 'orders',
      note: null,
      schedule: '@daily',
      copies: 1,
      stores: [{ name: 'a', region: 'eu' }],
    });
    expect(made.body).not.toHaveProperty('stray');
  });

  it('is refused with every wrong field named', async () => {
    const spec = { copies: 11, port: true, tags: ['a', 'a'], stores: [{ name: 'a', url: 'no url' }, { name: 'a' }] };
    const { code, body } = await api.send('POST', path, backup('wrong', spec));
    expect(code).toBe(422);
    expect(body['message']).toBe(
      'Backup.stable.example.com "wrong" is invalid: [spec.target: Required value, ' +
        'spec.copies: Invalid value: 11: spec.copies in body should be less than or equal to 10, ' +
        'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean", ' +
        'spec.tags[1]: Duplicate value: "a", ' +
        'spec.stores[1]: Duplicate value: {"name":"a"}, ' +
        'spec.stores[0].url: Invalid value: "no url": spec.stores[0].url in body must be of type uri: "no url"]',
    );
  });

  it('has a name as its definition wants it', async () => {
    const { code, body } = await api.send('POST', path, backup('x'.repeat(60)));
    expect([code, body['message']]).toEqual([422, expect.stringContaining('metadata.name: Too long: may not be more than 50 bytes')]);
  });

  it('is refused by Strict for a field that nobody knows', async () => {
    const { code, body } = await api.send('POST', `${path}?fieldValidation=Strict`, backup('strict', { target: 'a', odd: 1 }));
    expect([code, body['message']]).toEqual([
      400,
      'Backup in version "v1" cannot be handled as a Backup: strict decoding error: unknown field "spec.odd"',
    ]);
  });

  it('says what it is', async () => {
    const { kind: _kind, ...nameless } = backup('kindless');
    const { code, body } = await api.send('POST', path, nameless);
    expect([code, body['message']]).toEqual([400, expect.stringMatching(/^Object 'Kind' is missing in '\{"apiVersion"/)]);
    const { apiVersion: _version, ...versionless } = backup('versionless');
    expect((await api.send('POST', path, versionless)).body['message']).toMatch(/^Object 'apiVersion' is missing in/);
  });

  it('keeps spec and status apart', async () => {
    const made = await api.send('POST', path, backup('split', { target: 'a' }, { status: { copies: 3 } }));
    expect(made.body).not.toHaveProperty('status');
    const status = {
      ...made.body,
      spec: { target: 'b' },
      metadata: { ...made.body.metadata, labels: { a: 'b' } },
      status: { copies: 2, selector: 'a=b' },
    };
    const written = await api.send('PUT', `${path}/split/status`, status);
    expect(written.body).toMatchObject({ spec: { target: 'a' }, status: { copies: 2 }, metadata: { generation: 1 } });
    expect(written.body.metadata.labels).toBeUndefined();
    const changed = await api.send(
      'PATCH',
      `${path}/split`,
      { spec: { target: 'c' }, status: { copies: 9 } },
      'application/merge-patch+json',
    );
    expect(changed.body).toMatchObject({ spec: { target: 'c' }, status: { copies: 2 }, metadata: { generation: 2 } });
    const scale = await api.send('GET', `${path}/split/scale`);
    expect(scale.body).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 2, selector: 'a=b' } });
    await api.send('PATCH', `${path}/split/scale`, { spec: { replicas: 4 } }, 'application/merge-patch+json');
    expect((await api.send('GET', `${path}/split`)).body).toMatchObject({ spec: { copies: 4 }, metadata: { generation: 3 } });
  });

  it('takes JSON, merge and apply patches, and no strategic ones', async () => {
    await api.send('POST', path, backup('patched', { target: 'a', stores: [{ name: 'a' }] }));
    const json = [{ op: 'add', path: '/spec/tags', value: ['x'] }];
    expect((await api.send('PATCH', `${path}/patched`, json, 'application/json-patch+json')).body).toMatchObject({ spec: { tags: ['x'] } });
    const strategic = await api.send('PATCH', `${path}/patched`, {}, 'application/strategic-merge-patch+json');
    expect([strategic.code, strategic.body['reason']]).toEqual([415, 'UnsupportedMediaType']);
    const applied = backup('patched', { target: 'a', stores: [{ name: 'b', url: '/b' }] });
    const merged = await api.send('PATCH', `${path}/patched?fieldManager=me&force=true`, applied, 'application/apply-patch+yaml');
    expect(merged.body).toMatchObject({ spec: { tags: ['x'], stores: [{ name: 'a' }, { name: 'b', url: '/b', region: 'eu' }] } });
    const created = await api.send('PATCH', `${path}/applied?fieldManager=me`, backup('applied'), 'application/apply-patch+yaml');
    expect([created.code, created.body.metadata.managedFields?.[0]?.manager]).toEqual([201, 'me']);
  });

  it('must say which version it replaces', async () => {
    const made = await api.send('POST', path, backup('versioned'));
    const { resourceVersion: _, ...metadata } = made.body.metadata;
    expect((await api.send('PUT', `${path}/versioned`, { ...made.body, metadata })).code).toBe(422);
    expect((await api.send('PUT', `${path}/versioned`, made.body)).code).toBe(200);
  });

  it('is shown in its columns, and selected by its fields', async () => {
    await api.send('POST', path, backup('shown', { target: 'special' }));
    await api.send(
      'PATCH',
      `${path}/shown/status`,
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      'application/merge-patch+json',
    );
    const table = await api.send(
      'GET',
      `${path}?fieldSelector=spec.target%3Dspecial`,
      undefined,
      'application/json;as=Table;g=meta.k8s.io;v=v1',
    );
    const { columnDefinitions, rows } = table.body as unknown as {
      columnDefinitions: { name: string; type: string }[];
      rows: { cells: unknown[] }[];
    };
    expect(columnDefinitions.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'Name string',
      'Target string',
      'Copies integer',
      'Ready string',
      'Age date',
      'Schedule string',
    ]);
    expect(rows.map(({ cells }) => cells)).toEqual([['shown', 'special', 1, 'True', expect.stringMatching(/^\ds$/), '@daily']]);
    const unknown = await api.send('GET', `${path}?fieldSelector=spec.copies%3D1`);
    expect([unknown.code, unknown.body['message']]).toEqual([400, expect.stringContaining('field label not supported: spec.copies')]);
    const page = await api.send('GET', `${path}?fieldSelector=spec.target%3Dspecial&limit=1`);
    expect(page.body['items']).toHaveLength(1);
  });
});

describe('a watch', () => {
  it('ends when the definition changes, and begins with the new kind', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const changing = backupDefinition(({ metadata, spec }) => {
      metadata.name = 'changing.watch.example.com';
      spec.group = 'watch.example.com';
      Object.assign(spec.names, { plural: 'changing', singular: 'change', kind: 'Change', shortNames: [] });
    });
    await api.send('POST', definitions, changing);
    const instances = '/apis/watch.example.com/v1/namespaces/default/changing';
    const change = (name: string) => ({ ...backup(name), apiVersion: 'watch.example.com/v1', kind: 'Change' });
    const { events } = await api.watch(instances);
    await api.send('POST', instances, change('before'));
    const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const spec = { versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }] };
    const changed = await api.send('PATCH', `${definitions}/changing.watch.example.com`, { spec }, 'application/merge-patch+json');
    expect(changed.code).toBe(200);
    await api.send('POST', instances, { ...change('after'), more: true });
    expect((await events).map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(['ADDED before']);
    const second = await api.watch(instances, 300);
    expect((await second.events).map(({ object }) => [object.metadata.name, object['more']])).toEqual([
      ['after', true],
      ['before', undefined],
    ]);
  });
});

describe('discovery', () => {
  it('lists the kind beside the catalogue, and stays the same while nothing changes', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { body, etag } = await api.send('GET', '/apis', undefined, accept);
    const items = body['items'] as {
      metadata: { name: string };
      versions: { resources: { resource: string; subresources: object[] }[] }[];
    }[];
    const own = items.find(({ metadata }) => metadata.name === 'stable.example.com');
    expect(own?.versions[0]?.resources[0]).toMatchObject({
      resource: 'backups',
      scope: 'Namespaced',
      shortNames: ['bk'],
      categories: ['all'],
      subresources: [
        { subresource: 'status' },
        { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
      ],
    });
    expect((await api.send('GET', '/apis', undefined, accept)).etag).toBe(etag);
    const legacy = await api.send('GET', '/apis/stable.example.com/v1');
    expect(legacy.body).toMatchObject({
      kind: 'APIResourceList',
      resources: [{ name: 'backups' }, { name: 'backups/status' }, { name: 'backups/scale' }],
    });
    expect((await api.send('GET', '/apis/stable.example.com')).body).toMatchObject({ preferredVersion: { version: 'v1' } });
  });

  it('publishes the schema with its descriptions', async () => {
    const { body } = await api.send('GET', '/openapi/v3');
    const { serverRelativeURL } = (body['paths'] as Record<string, { serverRelativeURL: string }>)['apis/stable.example.com/v1'] ?? {
      serverRelativeURL: '',
    };
    const document = await api.send('GET', serverRelativeURL);
    const schemas = (document.body['components'] as { schemas: Record<string, unknown> }).schemas;
    expect(schemas['com.example.stable.v1.Backup']).toMatchObject({
      description: 'A copy of a database, made on a schedule.',
      'x-kubernetes-group-version-kind': [{ group: 'stable.example.com', version: 'v1', kind: 'Backup' }],
    });
    const v2 = await api.send('GET', '/openapi/v2');
    expect(v2.body['definitions'] as object).toHaveProperty(['com.example.stable.v1.Backup']);
    expect(v2.body['paths'] as object).toHaveProperty(['/apis/stable.example.com/v1/namespaces/{namespace}/backups/{name}']);
  });

  it('tells another cluster nothing', async () => {
    const other = await api.otherCluster();
    const asked = { user: { name: 'b', groups: ['system:masters'] } satisfies UserInfo };
    expect(await other.client(asked.user).customKinds()).toEqual([]);
    expect((await other.client(asked.user).resource(customResourceDefinitions).list('')).items).toEqual([]);
  });
});
