import type { KubeObject } from '@kajitori/apimachinery';
import { catalogue, type Kind } from '@kajitori/kinds';
import { applyDefaults, documentName, normalize, validate } from '@kajitori/schema';
import { fitting, fittingBuiltIn, randomStructural } from '@kajitori/schema/fixture';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpApi, type HttpApi } from '../testing/http-api.testing.ts';
import { type PublishedSchemas, PublishedValidator, unknownFields } from './published-schema.testing.ts';

let api: HttpApi;

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const cases = randomStructural().chain((schema) =>
  fc.tuple(fc.constant(schema), fc.array(fitting(schema), { minLength: 5, maxLength: 5 })),
);

/** Makes a definition with the schema; undefined where the server refuses it. */
async function define(openAPIV3Schema: object, at: number): Promise<{ group: string; path: string } | undefined> {
  const group = `g${at}.example.com`;
  const { code } = await api.send('POST', definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  });
  return code === 201 ? { group, path: `/apis/${group}/v1/things` } : undefined;
}

async function published(group: string): Promise<{ v2: PublishedSchemas; v3: PublishedSchemas }> {
  const v3 = (await api.send('GET', `/openapi/v3/apis/${group}/v1`)).body as unknown as { components: { schemas: PublishedSchemas } };
  const v2 = (await api.send('GET', '/openapi/v2')).body as unknown as { definitions: PublishedSchemas };
  return { v2: v2.definitions, v3: v3.components.schemas };
}

/** What the published schema holds against an object that the server keeps. */
function findings(schemas: PublishedSchemas, name: string, object: KubeObject): string[] {
  const validator = new PublishedValidator(
    Object.fromEntries(Object.entries(schemas).filter(([key]) => key === name || key.includes('.meta.'))),
  );
  return [...validator.errors(name, object), ...unknownFields(schemas, schemas[name] ?? {}, object).map((path) => `unknown ${path}`)];
}

describe('what is published of the catalogue', () => {
  const v3 = new Map<string, { schemas: PublishedSchemas; validator: PublishedValidator }>();
  let v2: { schemas: PublishedSchemas; validator: PublishedValidator };
  const readable = (schemas: PublishedSchemas) => ({ schemas, validator: new PublishedValidator(schemas) });

  beforeAll(async () => {
    await using own = await httpApi();
    for (const name of new Set(catalogue.map(documentName))) {
      const { body } = await own.send('GET', `/openapi/v3/${name}`);
      v3.set(name, readable((body as unknown as { components: { schemas: PublishedSchemas } }).components.schemas));
    }
    v2 = readable(((await own.send('GET', '/openapi/v2')).body as unknown as { definitions: PublishedSchemas }).definitions);
  });

  it.each(catalogue.map((kind): [string, Kind] => [`${documentName(kind)} ${kind.kind}`, kind]))(
    'accepts whatever the schema of %s does',
    (_, kind) => {
      const { schema, name } = kind.schema;
      let accepted = 0;
      fc.assert(
        fc.property(fittingBuiltIn(schema, 6), (object) => {
          if (normalize(schema, object, { unknown: 'drop' }).errors.length > 0) return;
          applyDefaults(schema, object);
          if (validate(schema, object).length > 0) return;
          accepted += 1;
          for (const { schemas, validator } of [v3.get(documentName(kind)), v2].filter((one) => one !== undefined)) {
            const found = [...validator.errors(name, object), ...unknownFields(schemas, schemas[name] ?? {}, object)];
            expect({ object, found }).toEqual({ object, found: [] });
          }
        }),
        { numRuns: 60 },
      );
      expect(accepted).toBeGreaterThan(5);
    },
  );
});

describe('what is published of random definitions', () => {
  // A server of its own: a connection that lay idle while the catalogue's schemas were compiled may just be closing.
  beforeAll(async () => {
    api = await httpApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  it('accepts, in both versions, whatever the server accepts', { timeout: 60_000 }, async () => {
    const counts = { defined: 0, refused: 0, accepted: 0 };
    const check = async (schema: object, values: unknown[]): Promise<void> => {
      const made = await define(schema, counts.defined + counts.refused);
      if (made === undefined) return void (counts.refused += 1);
      counts.defined += 1;
      const { v2, v3 } = await published(made.group);
      const name = `${made.group.split('.').toReversed().join('.')}.v1.Thing`;
      for (const [at, value] of values.entries()) {
        const object = { ...(value as object), apiVersion: `${made.group}/v1`, kind: 'Thing', metadata: { name: `one-${at}` } };
        const { code, body } = await api.send('POST', made.path, object);
        if (code !== 201) continue;
        counts.accepted += 1;
        expect({ body, v3: findings(v3, name, body), v2: findings(v2, name, body) }).toEqual({ body, v3: [], v2: [] });
      }
      await api.send('DELETE', `${definitions}/things.${made.group}`);
    };
    await fc.assert(
      fc.asyncProperty(cases, ([schema, values]) => check(schema, values)),
      { numRuns: 25 },
    );
    // A generator that the server refuses would prove nothing.
    expect(counts.defined).toBeGreaterThan(8);
    expect(counts.accepted).toBeGreaterThan(15);
  });
});
