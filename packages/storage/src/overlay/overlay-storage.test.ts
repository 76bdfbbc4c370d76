import { type ClusterId, clusterId, parseLabelSelector } from '@kajitori/apimachinery';
import { describe, expect, it } from 'vitest';
import { changesAfter, create, newCluster, remove, update, widget, written } from '../conformance/harness.ts';
import { storageConformance } from '../conformance/storage-conformance.ts';
import type { StorageEngine } from '../engine.ts';
import { openMemoryStorage } from '../memory/memory-storage.ts';
import { isRefusal, type ListOptions, type NewObject, type StoredObject } from '../storage.ts';
import { type Overlay, type OverlayObject, overlayUid } from './overlay.ts';
import { overlayStorage } from './overlay-storage.ts';

const namespaces = { group: '', resource: 'namespaces' };

function namespaceObject(name: string, text = name): OverlayObject {
  return {
    ...namespaces,
    namespace: '',
    name,
    labels: { 'kubernetes.io/metadata.name': name },
    fields: { 'status.phase': 'Active' },
    stamp: { version: 'v1', schemaHash: 'h' },
    body: ({ uid, createdAt }) => JSON.stringify({ metadata: { name, uid, creationTimestamp: createdAt.toISOString() }, text }),
  };
}

const overlay: Overlay = {
  newest: 2,
  release: (version) =>
    version !== 2
      ? ['default', 'kube-system', 'old'].map((name) => namespaceObject(name))
      : [namespaceObject('default'), namespaceObject('kube-system', 'changed'), namespaceObject('kube-public')],
};

function open(inner: StorageEngine = openMemoryStorage()) {
  const decorated = overlayStorage(inner, overlay);
  return { inner, decorated, engine: { ...inner, cluster: (id: ClusterId) => decorated.cluster(id) } };
}

storageConformance('memory with an overlay', async () => {
  const memory = openMemoryStorage();
  const { engine } = open(memory);
  const clusters: StorageEngine['clusters'] = {
    ...memory.clusters,
    create: (id, options) => memory.clusters.create(id, { overlayVersion: 1, ...options }),
  };
  return {
    engine: { ...engine, clusters },
    forgetHistory: async () => memory.forgetHistory(),
    [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
  };
});

async function born(version = 1) {
  const opened = open();
  const storage = await newCluster(opened.engine, { overlayVersion: version });
  const get = async (name: string): Promise<StoredObject> => {
    const object = await storage.get({ ...namespaces, namespace: '', name });
    if (object === undefined) throw new Error(`${name} is not there`);
    return object;
  };
  const names = async (options: Partial<ListOptions> = {}) =>
    (await storage.list({ ...namespaces, ...options })).objects.map(({ name }) => name);
  return { ...opened, storage, get, names };
}

function asNew({ group, resource, namespace, name, uid, body, labels, fields, stamp }: StoredObject): NewObject {
  return { group, resource, namespace, name, uid, body, labels, fields, stamp };
}

describe('the overlay', () => {
  it('is there from birth, and costs no row', async () => {
    const { inner, storage, get, names } = await born();
    const birth = await storage.birth();
    expect(await names()).toEqual(['default', 'kube-system', 'old']);
    const object = await get('default');
    expect(object).toMatchObject({ revision: birth.revision, uid: overlayUid(storage.id, object) });
    expect(JSON.parse(object.body)).toMatchObject({ metadata: { uid: object.uid, creationTimestamp: birth.at.toISOString() } });
    expect(await storage.count(namespaces)).toMatchObject({ objects: 3 });
    expect(await storage.count()).toMatchObject({ objects: 3 });
    expect(await inner.cluster(storage.id).count()).toMatchObject({ objects: 0 });
    expect(await names({ labels: parseLabelSelector('kubernetes.io/metadata.name=old') })).toEqual(['old']);
    expect(await names({ name: 'default' })).toEqual(['default']);
  });

  it('has stable uids of the right form', () => {
    const key = { ...namespaces, namespace: '', name: 'default' };
    const uid = overlayUid(clusterId('c-aaaaaaaaaaaaaaaaaaaa'), key);
    expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(overlayUid(clusterId('c-aaaaaaaaaaaaaaaaaaaa'), key)).toBe(uid);
    expect(overlayUid(clusterId('c-aaaaaaaaaaaaaaaaaaab'), key)).not.toBe(uid);
  });

  it('gives an object a row with its first update, which watchers see as one', async () => {
    const { storage, get, names } = await born();
    const from = await storage.revision();
    const object = await get('default');
    expect(await storage.write([create(asNew(object))])).toEqual({ refused: 'exists' });
    expect(await storage.write([update(asNew(object), object.revision + 1)])).toEqual({ refused: 'conflict', current: object.revision });
    const first = await written(storage, update({ ...asNew(object), body: '{"n":1}' }, object.revision));
    const second = await written(storage, update({ ...asNew(object), body: '{"n":2}' }, first));
    await written(storage, remove(asNew(object), second));
    expect(await names()).toEqual(['kube-system', 'old']);
    await written(storage, create({ ...asNew(object), body: '{"n":3}' }));
    const changes = await changesAfter(storage, from, 4);
    expect(changes).toMatchObject([
      {
        type: 'update',
        previous: from,
        revision: first,
        object: { body: '{"n":1}', fields: object.fields },
        before: { body: object.body },
      },
      { type: 'update', previous: first, revision: second, object: { fields: object.fields }, before: { fields: object.fields } },
      { type: 'delete', previous: second },
      { type: 'create', object: { body: '{"n":3}' } },
    ]);
    expect((await get('default')).fields).toEqual(object.fields);
    expect(await storage.count()).toMatchObject({ objects: 3 });
  });

  it('lets an object be deleted for good, also at an older revision', async () => {
    const { storage, get, names } = await born();
    const from = await storage.revision();
    const object = await get('old');
    const revision = await written(storage, remove(asNew(object), object.revision, '{"last":1}'));
    expect(await names()).toEqual(['default', 'kube-system']);
    expect(await names({ revision: from })).toEqual(['default', 'kube-system', 'old']);
    expect(await storage.get(object)).toBeUndefined();
    expect(await changesAfter(storage, from, 1)).toMatchObject([
      { type: 'delete', revision, object: { uid: object.uid, body: '{"last":1}' } },
    ]);
    expect(await storage.write([remove(asNew(object), object.revision)])).toEqual({ refused: 'notFound' });
    await written(storage, create(asNew(object)));
    expect(await names()).toEqual(['default', 'kube-system', 'old']);
  });

  it('lets one of several writers of an untouched object win, and refuses sets whole', async () => {
    const { storage, get } = await born();
    const object = await get('default');
    const outcomes = await Promise.all([
      storage.write([update({ ...asNew(object), body: '{"by":1}' }, object.revision)]),
      storage.write([remove(asNew(object), object.revision)]),
      storage.write([update({ ...asNew(object), body: '{"by":2}' }, object.revision)]),
    ]);
    expect(outcomes.filter((outcome) => !isRefusal(outcome))).toHaveLength(1);
    const other = await get('old');
    await written(storage, create(widget('a')));
    expect(await storage.write([remove(asNew(other), other.revision), create(widget('a'))])).toEqual({ refused: 'exists' });
    expect(await get('old')).toEqual(other);
    const set = await storage.write([update(asNew(other), other.revision), create(widget('b'))]);
    if (isRefusal(set)) throw new Error('it was accepted');
    expect((await get('old')).revision).toBe(set.revisions[0]);
  });

  it('tells which resources are as a cluster is born with them, and which have changed', async () => {
    const { storage, get } = await born();
    const { revision, resources } = await storage.resources();
    expect(resources).toEqual([{ ...namespaces, asBorn: true }]);
    expect(revision).toBe(await storage.revision());
    const other = await get('old');
    await storage.write([remove(asNew(other), other.revision)]);
    expect((await storage.resources()).resources).toEqual([{ ...namespaces, asBorn: false }]);
    const changed = await born();
    const object = await changed.get('old');
    await changed.storage.write([update(asNew(object), object.revision)]);
    expect((await changed.storage.resources()).resources).toEqual([{ ...namespaces, asBorn: false }]);
  });

  it('is part of pages, in order, with what remains', async () => {
    const { storage, names } = await born();
    for (const name of ['a', 'm', 'z']) await written(storage, create(widget(name, { ...namespaces, namespace: '' })));
    expect(await names()).toEqual(['a', 'default', 'kube-system', 'm', 'old', 'z']);
    for (const limit of [1, 2, 3, 4, 5, 6, 7]) {
      const found: string[] = [];
      for (let after: ListOptions['after'], more = true; more;) {
        const page = await storage.list({ ...namespaces, limit, ...(after === undefined ? {} : { after }) });
        found.push(...page.objects.map(({ name }) => name));
        expect(page.remaining ?? 0).toBe(6 - found.length);
        after = page.next;
        more = after !== undefined;
      }
      expect(found).toEqual(['a', 'default', 'kube-system', 'm', 'old', 'z']);
    }
  });

  it('reaches a born cluster as writes when a release changes it, and leaves alone what its users changed', async () => {
    const { decorated, storage, get, names } = await born();
    const changed = await get('old');
    await written(storage, update({ ...asNew(changed), body: '{"mine":1}' }, changed.revision));
    const from = await storage.revision();
    expect(await decorated.upgrade(storage.id)).toBe(2);
    expect(await names()).toEqual(['default', 'kube-public', 'kube-system', 'old']);
    expect(JSON.parse((await get('kube-system')).body)).toMatchObject({ text: 'changed' });
    expect((await get('old')).body).toBe('{"mine":1}');
    expect((await changesAfter(storage, from, 2)).map(({ type, object }) => `${type} ${object.name}`)).toEqual([
      'update kube-system',
      'create kube-public',
    ]);
    expect(await decorated.upgrade(storage.id)).toBe(0);
    expect(await storage.count()).toMatchObject({ objects: 4 });
    const young = await newCluster(open(openMemoryStorage()).engine, { overlayVersion: 2 });
    expect((await young.list(namespaces)).objects.map(({ name }) => name)).toEqual(['default', 'kube-public', 'kube-system']);
  });
});
