import { describe, expect, it } from 'vitest';
import { object, string } from './builder.ts';
import { Deployment, Everything, widget } from './sample-types.fixture.ts';
import { schemaHash } from './schema-hash.ts';

describe('schemaHash', () => {
  it('is the same for schemas that differ in prose and order only', () => {
    expect(schemaHash({ type: 'object', properties: { a: { type: 'string' }, b: {} } })).toBe(
      schemaHash({ properties: { b: { description: 'B' }, a: { type: 'string', title: 'A' } }, type: 'object' }),
    );
  });

  it('differs by whatever changes a value', () => {
    const schemas = [
      {},
      { type: 'object' as const },
      { properties: { description: {} } },
      { properties: { title: {} } },
      { default: { description: 'x' } },
      { default: { description: 'y' } },
      { default: ['a', 'b'] },
      { default: ['b', 'a'] },
      { items: { minimum: 1 } },
      { items: { minimum: 2 } },
      widget,
      Deployment.schema,
      object('test.v1.Deployment', { a: string(1) }).schema,
      object('test.v1.Deployment', { a: string(1).keepsZero() }).schema,
    ];
    expect(new Set(schemas.map(schemaHash)).size).toBe(schemas.length);
  });

  it('ends for types that contain themselves', () => {
    expect(schemaHash(Everything.schema)).toMatch(/^[\w-]{22}$/);
  });
});
