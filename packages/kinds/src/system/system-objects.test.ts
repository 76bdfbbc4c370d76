import { applyDefaults, normalize, validate } from '@kajitori/schema';
import { describe, expect, it } from 'vitest';
import { kindOf } from '../catalogue.ts';
import { validateCreate } from '../validation.ts';
import { systemObjects } from './system-objects.ts';

const named = systemObjects.map((object) => [`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, object] as const);

function gvkOf(apiVersion: string): { group: string; version: string } {
  const [first = '', second] = apiVersion.split('/');
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

describe('what every cluster has', () => {
  it.each(named)('%s is whole, valid and what its kind would store', (_name, object) => {
    const kind = kindOf({ ...gvkOf(object.apiVersion), kind: object.kind });
    expect(kind).toBeDefined();
    if (kind === undefined) return;
    const draft = structuredClone(object);
    expect(normalize(kind.schema.schema, draft, { unknown: 'keep' }).errors).toEqual([]);
    applyDefaults(kind.schema.schema, draft);
    kind.strategy.defaults?.(draft);
    expect(draft).toEqual(object);
    expect(validate(kind.schema.schema, draft)).toEqual([]);
    expect(validateCreate(kind, draft)).toEqual([]);
  });

  it('names each object once', () => {
    expect(new Set(named.map(([name]) => name)).size).toBe(named.length);
  });

  it('binds only roles that exist', () => {
    const have = new Set(systemObjects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
    const refs = systemObjects.flatMap((object) => ('roleRef' in object ? [object['roleRef'] as { kind: string; name: string }] : []));
    expect(refs.filter(({ kind, name }) => !have.has(`${kind}/${name}`))).toEqual([]);
  });
});
