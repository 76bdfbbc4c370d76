import type { KubeObject } from '@kajitori/apimachinery';
import { applyDefaults, type Schema, validate } from '@kajitori/schema';
import { describe, expect, it } from 'vitest';
import { catalogue, kindOf, kindOfResource, versionsOf } from './catalogue.ts';
import type { Kind } from './kind.ts';
import { defaultColumns } from './meta/columns.ts';

const named = catalogue.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind] as const);
const stored = named.filter(([, kind]) => kind.stored);

/** The kinds that a first path through the house needs; people read about them with `kubectl explain`. */
const explained: ReadonlySet<string> = new Set([
  'namespaces',
  'nodes',
  'pods',
  'configmaps',
  'secrets',
  'serviceaccounts',
  'services',
  'events',
  'deployments',
  'replicasets',
  'jobs',
  'cronjobs',
  'leases',
  'podtemplates',
]);

function bare(kind: Kind): KubeObject {
  return { apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`, kind: kind.kind, metadata: { name: 'one' } };
}

describe('the catalogue', () => {
  it('finds each kind by its resource and by its name', () => {
    for (const kind of catalogue) {
      expect(kindOfResource(kind.group, kind.version, kind.plural)).toBe(kind);
      expect(kindOf(kind)).toBe(kind);
    }
  });

  it('gives versions in order of preference', () => {
    expect(versionsOf({ group: 'autoscaling', resource: 'horizontalpodautoscalers' }).map(({ version }) => version)).toEqual(['v2', 'v1']);
  });

  it('gives a short name to one resource only', () => {
    const owners = catalogue.flatMap(({ plural, shortNames = [] }) => shortNames.map((short) => `${short} ${plural}`));
    const shorts = [...new Set(owners)].map((owner) => owner.split(' ')[0]);
    expect(new Set(shorts).size).toBe(shorts.length);
  });

  it.each(named)('%s keeps the words of discovery', (_name, kind) => {
    expect(kind.singular).toBe(kind.kind.toLowerCase());
    expect(kind.stored).toBe(kind.verbs.includes('watch') && kind.plural !== 'componentstatuses');
    expect(kind.hub?.kind.stored ?? true).toBe(true);
  });

  it.each(stored)('%s makes no status of its own wrong', (_name, kind) => {
    const object = bare(kind);
    applyDefaults(kind.schema.schema, object);
    const ofStatus = validate(kind.schema.schema, object).filter(({ field }) => field.startsWith('status'));
    expect(ofStatus).toEqual([]);
  });

  it.each(named)('%s names its columns once, and shows what it is called', (_name, kind) => {
    const columns = kind.columns ?? defaultColumns;
    expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
    expect(columns.filter(({ format }) => format === 'name').map(({ name }) => name)).toEqual(['Name']);
    expect(columns.every(({ description }) => description.endsWith('.'))).toBe(true);
  });
});

function undescribed(schema: Schema, path: string, seen: Set<Schema['properties']>): string[] {
  if (schema.properties === undefined) {
    const inside = schema.items ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
    return inside === undefined ? [] : undescribed(inside, path, seen);
  }
  if (seen.has(schema.properties)) return [];
  seen.add(schema.properties);
  return Object.entries(schema.properties).flatMap(([key, field]) =>
    (field.description === undefined ? [`${path}.${key}`] : []).concat(undescribed(field, `${path}.${key}`, seen)),
  );
}

it.each(named.filter(([, { plural }]) => explained.has(plural)))('%s is explained, field by field', (_name, kind) => {
  expect(kind.schema.schema.description).toBeDefined();
  expect(undescribed(kind.schema.schema, kind.kind, new Set())).toEqual([]);
});
