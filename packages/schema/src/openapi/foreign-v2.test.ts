import { describe, expect, it } from 'vitest';
import { openApiV2PartBelow, withFreeNames } from './foreign-v2.ts';
import { encodeOpenApiV2Part } from './gnostic.ts';

const ref = (name: string): object => ({ $ref: `#/definitions/${name}` });
const document = {
  swagger: '2.0',
  parameters: { pretty: { name: 'pretty', in: 'query', type: 'string' } },
  paths: {
    '/apis/a.com/v1': { get: { responses: { 200: { description: 'OK', schema: ref('List') } } } },
    '/apis/a.com/v1/things': {
      parameters: [{ $ref: '#/parameters/pretty' }, { name: 'x', in: 'header' }],
      post: {
        parameters: [{ in: 'body', name: 'body', schema: ref('Thing') }],
        responses: { 201: { description: 'Made', schema: ref('Thing') } },
      },
    },
    '/apis/a.com/v1beta1/things': { get: { responses: {} } },
    '/apis/b.com/v1/others': { get: { responses: { 200: { description: 'OK', schema: ref('Other') } } } },
  },
  definitions: {
    Thing: { type: 'object', properties: { meta: ref('Meta'), self: ref('Thing'), list: { type: 'array', items: ref('List') } } },
    Meta: { type: 'object', description: 'theirs' },
    List: { type: 'object', 'x-kubernetes-group-version-kind': [{ group: 'a.com', version: 'v1', kind: 'List' }] },
    Other: { type: 'object' },
  },
};

describe('a foreign document', () => {
  it('gives what is below a path, with all that this leads to and nothing else', () => {
    const { paths, definitions } = openApiV2PartBelow(document, '/apis/a.com/v1');
    expect(Object.keys(paths)).toEqual(['/apis/a.com/v1', '/apis/a.com/v1/things']);
    expect(Object.keys(definitions).toSorted()).toEqual(['List', 'Meta', 'Thing']);
    expect(paths['/apis/a.com/v1/things']).toMatchObject({
      parameters: [{ name: 'pretty', in: 'query' }],
      post: { parameters: [{ in: 'body' }] },
    });
    expect(encodeOpenApiV2Part({ paths, definitions }).length).toBeGreaterThan(100);
  });

  it('takes other names where its own are taken by something else', () => {
    const part = openApiV2PartBelow(document, '/apis/a.com/v1');
    const taken = { Meta: { type: 'object', description: 'ours' }, Meta_v2: {}, List: { type: 'object' } };
    const { paths, definitions } = withFreeNames(part, taken);
    expect(Object.keys(definitions).toSorted()).toEqual(['Meta_v3', 'Thing']);
    expect(definitions['Thing']).toMatchObject({ properties: { meta: ref('Meta_v3'), self: ref('Thing'), list: { items: ref('List') } } });
    expect(JSON.stringify(paths)).toContain('"#/definitions/List"');
    expect(withFreeNames(part, {})).toEqual(part);
  });

  it.each([[null], [{}], [{ paths: [] }], [{ paths: { '/apis/a.com/v1': { get: { responses: { 200: { schema: ref('Gone') } } } } } }]])(
    'is refused when it is %j',
    (wrong) => {
      expect(() => openApiV2PartBelow(wrong, '/apis/a.com/v1')).toThrow(TypeError);
    },
  );
});
