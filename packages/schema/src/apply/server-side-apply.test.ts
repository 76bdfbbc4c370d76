import type { ManagedFieldsEntry } from '@kajitori/apimachinery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deployment, widget } from '../sample-types.fixture.ts';
import type { Schema } from '../schema.ts';
import { FieldSet } from './field-set.ts';
import { type Applied, applyServerSide, updateManagedFields } from './server-side-apply.ts';

type Value = Record<string, unknown>;

const now = new Date('2026-01-02T03:04:05Z');
const schema = Deployment.schema;
const container = (name: string, fields: Value = {}): Value => ({ name, image: `${name}:1`, ...fields });
const deployment = (spec: Value, metadata: Value = {}): Value => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...metadata },
  spec,
});
const template = (...containers: Value[]): Value => ({ template: { spec: { containers } } });

function attempt(
  live: Value | undefined,
  applied: Value,
  { manager = 'a', force = false, type = schema }: { manager?: string; force?: boolean; type?: Schema } = {},
): Applied {
  return applyServerSide({ schema: type, live, applied, manager, force, apiVersion: 'apps/v1', now });
}

function apply(live: Value | undefined, applied: Value, options: { manager?: string; force?: boolean; type?: Schema } = {}): Value {
  const result = attempt(live, applied, options);
  if (result.error !== undefined) throw result.error;
  return result.object;
}

function update(
  live: Value | undefined,
  updated: Value,
  manager: string,
  more: { subresource?: string; resetFields?: FieldSet } = {},
): Value {
  const managedFields = updateManagedFields({ schema, live, updated, manager, apiVersion: 'apps/v1', now, ...more });
  return { ...updated, metadata: { ...(updated.metadata as Value), managedFields } };
}

function managers(object: Value): Record<string, unknown> {
  const entries = ((object.metadata as Value).managedFields ?? []) as ManagedFieldsEntry[];
  return Object.fromEntries(entries.map(({ manager, operation, fieldsV1 }) => [`${operation} ${manager}`, fieldsV1]));
}

const bare = (object: Value): Value => {
  const { managedFields: _owners, ...metadata } = object.metadata as Value;
  return { ...object, metadata };
};

describe('applyServerSide', () => {
  it('creates, and owns what it names', () => {
    const object = apply(
      undefined,
      deployment({ replicas: 3, ...template(container('x', { ports: [{ containerPort: 80 }] })) }, { labels: { app: 'web' } }),
    );
    expect(managers(object)).toEqual({
      'Apply a': {
        'f:metadata': { 'f:labels': { 'f:app': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:template': {
            'f:spec': {
              'f:containers': {
                'k:{"name":"x"}': {
                  '.': {},
                  'f:image': {},
                  'f:name': {},
                  'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
                },
              },
            },
          },
        },
      },
    });
    expect((object.metadata as Value).managedFields).toMatchObject([
      { manager: 'a', operation: 'Apply', apiVersion: 'apps/v1', time: '2026-01-02T03:04:05Z', fieldsType: 'FieldsV1' },
    ]);
  });

  it('removes what it named before and names no longer, unless another owns it', () => {
    const first = apply(
      undefined,
      deployment({ replicas: 3, ...template(container('x'), container('y')) }, { labels: { a: '1', b: '2' } }),
    );
    const shared = apply(first, deployment({ ...template(container('y')) }, { labels: { b: '2' } }), { manager: 'b' });
    const second = apply(shared, deployment({ ...template(container('x')) }, { labels: { a: '1' } }));
    expect(bare(second)).toEqual(deployment({ ...template(container('x'), container('y')) }, { labels: { a: '1', b: '2' } }));
    const third = apply(second, deployment({ ...template() }), { manager: 'b' });
    expect(bare(third)).toEqual(deployment({ ...template(container('x')) }, { labels: { a: '1' } }));
  });

  it('refuses to change what another owns, and says what and whose', () => {
    const live = apply(undefined, deployment({ replicas: 3, ...template(container('x')) }));
    const one = attempt(live, deployment({ replicas: 4 }), { manager: 'b' });
    expect(one.error?.message).toBe('Apply failed with 1 conflict: conflict with "a": .spec.replicas');
    const updated = update(live, deployment({ replicas: 5, ...template(container('x')) }, live.metadata as Value), 'editor');
    const both = attempt(updated, deployment({ replicas: 4, ...template({ name: 'x', image: 'other' }) }), { manager: 'b' });
    expect(both.error?.toStatus()).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Apply failed with 2 conflicts: conflicts with "a":\n- .spec.template.spec.containers[name="x"].image\nconflicts with "editor" using apps/v1:\n- .spec.replicas',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.spec.template.spec.containers[name="x"].image' },
          { reason: 'FieldManagerConflict', message: 'conflict with "editor" using apps/v1', field: '.spec.replicas' },
        ],
      },
    });
    const forced = apply(updated, deployment({ replicas: 4 }), { manager: 'b', force: true });
    expect((forced.spec as Value).replicas).toBe(4);
    expect(Object.keys(managers(forced))).toEqual(['Apply a', 'Apply b']);
    expect(apply(forced, deployment({ replicas: 4 }), { manager: 'c' }).spec).toEqual(forced.spec);
  });

  it('owns atomic lists and maps as a whole', () => {
    const live = apply(undefined, deployment({ selector: { matchLabels: { a: '1' } }, ...template(container('x', { args: ['1'] })) }));
    expect(JSON.stringify(managers(live))).not.toContain('f:matchLabels');
    const result = attempt(live, deployment({ selector: { matchLabels: { b: '1' } }, ...template({ name: 'x', args: ['2'] }) }), {
      manager: 'b',
    });
    expect(result.error?.message).toContain('with 2 conflicts');
  });

  it('keeps the order of both sides as far as they agree', () => {
    const names = (object: Value): unknown =>
      (object.spec as { template: { spec: { containers: Value[] } } }).template.spec.containers.map(({ name }) => name);
    const live = apply(undefined, deployment(template(container('a'), container('b'), container('c'))));
    expect(names(apply(live, deployment(template(container('c'), container('d'), container('a'))), { manager: 'b' }))).toEqual([
      'b',
      'c',
      'd',
      'a',
    ]);
  });

  it('meets the owners of an object that nobody applied before', () => {
    const live = deployment({ replicas: 2, ...template(container('x')) });
    const refused = attempt(live, deployment({ replicas: 3 }));
    expect(refused.error?.message).toBe('Apply failed with 1 conflict: conflict with "before-first-apply" using apps/v1: .spec.replicas');
    expect(Object.keys(managers(apply(live, deployment({ replicas: 2 }))))).toEqual(['Apply a', 'Update before-first-apply']);
  });

  it('lets kubectl take over what kubectl applied client-side', () => {
    const configuration = deployment({ replicas: 2 });
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(configuration) };
    const live = update(undefined, deployment({ replicas: 2 }, { annotations }), 'kubectl-client-side-apply');
    expect((apply(live, deployment({ replicas: 3 }), { manager: 'kubectl' }).spec as Value).replicas).toBe(3);
    expect(attempt(live, deployment({ replicas: 3 }), { manager: 'other' }).conflicts).toHaveLength(1);
    expect(
      attempt(live, deployment({ paused: true, replicas: 3 }, { annotations: { x: 'y' } }), { manager: 'kubectl' }).conflicts,
    ).toHaveLength(0);
  });

  it("keeps the annotation of kubectl's client-side applies up to date where there is one, without an owner", () => {
    const key = 'kubectl.kubernetes.io/last-applied-configuration';
    const annotations = { [key]: JSON.stringify(deployment({ replicas: 2 })), team: 'a' };
    const live = update(undefined, deployment({ replicas: 2 }, { annotations }), 'kubectl-client-side-apply');
    const metadata = (object: Value): Value => object.metadata as Value;
    const noted = metadata(apply(live, deployment({ replicas: 3 }), { manager: 'kubectl' }));
    const said = JSON.parse((noted.annotations as Value)[key] as string) as Value;
    expect(said.spec).toEqual({ replicas: 3 });
    expect((noted.annotations as Value).team).toBe('a');
    const own = (noted.managedFields as Value[]).find(({ manager }) => manager === 'kubectl');
    expect(JSON.stringify(own)).not.toContain('last-applied');
    const other = metadata(apply(live, deployment({ replicas: 2 }), { manager: 'other' }));
    expect(other.annotations).toEqual(annotations);
    expect(metadata(apply(undefined, deployment({ replicas: 3 }), { manager: 'kubectl' })).annotations).toBeUndefined();
    const large = { ...annotations, large: 'x'.repeat(256 * 1024 - 100) };
    const full = update(undefined, deployment({ replicas: 2 }, { annotations: large }), 'kubectl-client-side-apply');
    expect(Object.keys(metadata(apply(full, deployment({ replicas: 3 }), { manager: 'kubectl' })).annotations as Value)).toEqual([
      'team',
      'large',
    ]);
  });

  it('refuses list items without their key, and twice the same', () => {
    expect(() => attempt(undefined, deployment(template({ image: 'x' })))).toThrow(/omits all key fields \["name"\]/);
    expect(() => attempt(undefined, deployment(template(container('x'), container('x'))))).toThrow('duplicate entries for key [name="x"]');
  });

  it('follows a tenant’s schema', () => {
    const object = (spec: Value): Value => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec });
    const live = apply(undefined, object({ size: 1, tags: ['a'], parts: [{ id: 'x', weight: 1 }], free: { deep: { er: 1 } } }), {
      type: widget,
    });
    const second = apply(live, object({ tags: ['b'], parts: [{ id: 'y' }], free: { deep: { too: 2 } } }), { manager: 'b', type: widget });
    expect(second.spec).toEqual({
      size: 1,
      tags: ['a', 'b'],
      parts: [{ id: 'x', weight: 1 }, { id: 'y' }],
      free: { deep: { er: 1, too: 2 } },
    });
    expect(apply(second, object({ size: 1 }), { type: widget }).spec).toEqual({
      size: 1,
      tags: ['b'],
      parts: [{ id: 'y' }],
      free: { deep: { too: 2 } },
    });
  });

  it('reads owners of parts as owners of the whole, once a tenant made it atomic', () => {
    const type = (mapType: 'atomic' | 'granular'): Schema => ({
      type: 'object',
      properties: { spec: { type: 'object', additionalProperties: { type: 'string' }, 'x-kubernetes-map-type': mapType } },
    });
    const object = (spec: Value): Value => ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 't' }, spec });
    const live = apply(undefined, object({ a: '1' }), { type: type('granular') });
    expect(attempt(live, object({ b: '2' }), { manager: 'b', type: type('granular') }).conflicts).toEqual([]);
    expect(attempt(live, object({ b: '2' }), { manager: 'b', type: type('atomic') }).error?.message).toMatch(/conflict with "a": \.spec$/);
  });
});

describe('updateManagedFields', () => {
  it('gives the writer what it adds and changes, and takes from all what is gone', () => {
    const created = update(undefined, deployment({ replicas: 1, ...template(container('x')) }, { labels: { a: '1' } }), 'creator');
    const changed = update(
      created,
      deployment({ replicas: 2, ...template(container('x')) }, { managedFields: (created.metadata as Value).managedFields }),
      'editor',
    );
    expect(managers(changed)).toMatchObject({ 'Update editor': { 'f:spec': { 'f:replicas': {} } } });
    expect(JSON.stringify(managers(changed)['Update creator'])).not.toMatch(/f:replicas|f:labels/);
    const untouched = update(changed, { ...changed, metadata: { name: 'web' } }, 'third');
    expect((untouched.metadata as Value).managedFields).toEqual((changed.metadata as Value).managedFields);
  });

  it('keeps subresources apart, leaves reset fields alone, and resets when asked', () => {
    const created = update(undefined, deployment({ replicas: 1 }), 'creator', { resetFields: FieldSet.paths(['status']) });
    const status = update(created, { ...created, status: { replicas: 1 } }, 'creator', {
      subresource: 'status',
      resetFields: FieldSet.paths(['spec']),
    });
    expect((status.metadata as { managedFields: ManagedFieldsEntry[] }).managedFields.map(({ subresource }) => subresource)).toEqual([
      undefined,
      'status',
    ]);
    expect(
      managers(update(undefined, { ...deployment({}), status: { replicas: 2 } }, 'x', { resetFields: FieldSet.paths(['status']) })),
    ).toEqual({ 'Update x': { 'f:spec': {} } });
    const reset = update(status, { ...status, metadata: { name: 'web', managedFields: [{}] } }, 'creator');
    expect((reset.metadata as Value).managedFields).toEqual([]);
  });

  it('gathers the oldest managers when there are too many', () => {
    let object = update(undefined, deployment({ replicas: 0 }), 'm0');
    for (let at = 1; at < 15; at += 1)
      object = update(
        object,
        deployment(
          { replicas: 0 },
          {
            labels: { ...(object.metadata as { labels?: Value }).labels, [`l${at}`]: '' },
            managedFields: (object.metadata as Value).managedFields,
          },
        ),
        `m${at}`,
      );
    const names = Object.keys(managers(object));
    expect(names).toHaveLength(11);
    expect(names).toContain('Update ancient-changes');
  });
});

describe('the laws of server-side apply', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const containers = fc.uniqueArray(
    fc.record(
      { name, image: name, env: fc.uniqueArray(fc.record({ name, value: name }), { selector: (one) => one.name }) },
      { requiredKeys: ['name'] },
    ),
    { selector: (one) => one.name, maxLength: 3 },
  );
  const configuration = fc
    .record(
      {
        labels: fc.dictionary(name, name, { minKeys: 1 }),
        replicas: fc.nat(3),
        containers,
        finalizers: fc.uniqueArray(name, { minLength: 1 }),
        matchLabels: fc.dictionary(name, name, { minKeys: 1 }),
      },
      { requiredKeys: [] },
    )
    .map(
      ({ labels, replicas, containers: list, finalizers, matchLabels }) =>
        JSON.parse(
          JSON.stringify(
            deployment(
              {
                replicas,
                selector: matchLabels && { matchLabels },
                template: list && list.length > 0 ? { spec: { containers: list } } : undefined,
              },
              { labels, finalizers },
            ),
          ),
        ) as Value,
    );

  it('an apply is idempotent, mutates nothing, and the result holds what was applied', () => {
    fc.assert(
      fc.property(configuration, configuration, (one, two) => {
        const before = JSON.stringify([one, two]);
        const live = apply(undefined, one);
        const once = apply(live, two, { manager: 'b', force: true });
        const again = attempt(once, two, { manager: 'b' });
        expect(again).toMatchObject({ conflicts: [], changed: false, object: once });
        expect(JSON.stringify([one, two])).toBe(before);
      }),
    );
  });

  it('applying nothing gives up everything that nobody else owns', () => {
    fc.assert(
      fc.property(configuration, configuration, (one, two) => {
        const both = apply(apply(undefined, one), two, { manager: 'b', force: true });
        const without = apply(both, deployment({}), { manager: 'b', force: true });
        const alone = apply(without, deployment({}), { manager: 'a', force: true });
        // A struct that lost all its fields is gone with them.
        expect({ spec: {}, ...bare(alone) }).toEqual(deployment({}));
      }),
    );
  });

  it('what is owned without force is never another’s loss', () => {
    fc.assert(
      fc.property(configuration, configuration, (one, two) => {
        const live = apply(undefined, one);
        const result = attempt(live, two, { manager: 'b' });
        if (result.error !== undefined) return;
        expect(managers(result.object)['Apply a']).toEqual(managers(live)['Apply a']);
        // Managers that do not conflict may come in either order; only the order of lists tells.
        const other = attempt(apply(undefined, two, { manager: 'b' }), one);
        expect(other.conflicts).toEqual([]);
      }),
    );
  });
});
