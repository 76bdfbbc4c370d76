import { configMaps, namespaces, pods, services } from '@kajitori/kinds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMap, type MemoryApi, memoryApi, namespace, pod } from './testing/memory-api.testing.ts';

let memory: MemoryApi;
beforeAll(async () => {
  memory = await memoryApi();
});
afterAll(async () => memory[Symbol.asyncDispose]());

const maps = () => memory.client.resource(configMaps);

describe('creating', () => {
  it('stamps what the server decides', async () => {
    const made = await maps().create(configMap('stamped', { a: '1' }));
    expect(made.metadata).toMatchObject({
      name: 'stamped',
      namespace: 'default',
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      creationTimestamp: expect.stringMatching(/Z$/),
    });
    expect(Number(made.metadata.resourceVersion)).toBeGreaterThan(0);
  });

  it('refuses a taken name, a foreign namespace and one that does not exist', async () => {
    await maps().create(configMap('taken'));
    await expect(maps().create(configMap('taken'))).rejects.toMatchObject({
      reason: 'AlreadyExists',
      message: 'configmaps "taken" already exists',
    });
    await expect(maps().create(configMap('x', {}, { namespace: 'nowhere' }))).rejects.toMatchObject({
      reason: 'NotFound',
      message: 'namespaces "nowhere" not found',
    });
  });

  it('draws a name from generateName', async () => {
    const made = await maps().create(configMap(undefined as never, {}, { generateName: 'drawn-' }));
    expect(made.metadata.name).toMatch(/^drawn-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('names every wrong field', async () => {
    await expect(maps().create(configMap('Not_A_Name', {}, { labels: { 'bad key': 'x' } }))).rejects.toMatchObject({
      reason: 'Invalid',
      code: 422,
    });
  });
});

describe('updating', () => {
  it('refuses a stale version and keeps what no update changes', async () => {
    const made = await maps().create(configMap('versions', { a: '1' }));
    const second = await maps().update({ ...made, data: { a: '2' } });
    expect(second.metadata.uid).toBe(made.metadata.uid);
    await expect(maps().update({ ...made, data: { a: '3' } })).rejects.toMatchObject({
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "versions": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('writes nothing when nothing changes', async () => {
    const made = await maps().create(configMap('same', { a: '1' }));
    expect((await maps().update(made)).metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  });

  it('merges patches of many writers without losing one', async () => {
    await maps().create(configMap('crowd'));
    const keys = Array.from({ length: 8 }, (_, at) => `k${at}`);
    await Promise.all(keys.map((key) => maps().patch('default', 'crowd', { data: { [key]: 'x' } })));
    expect(Object.keys((await maps().get('default', 'crowd')).data ?? {}).sort()).toEqual(keys);
  });
});

describe('deleting', () => {
  it('waits for finalizers', async () => {
    await maps().create(configMap('held', {}, { finalizers: ['example.com/hold'] }));
    await maps().delete('default', 'held');
    const held = await maps().get('default', 'held');
    expect(held.metadata.deletionTimestamp).toBeDefined();
    await maps().patch('default', 'held', { metadata: { finalizers: null } });
    expect(await maps().find('default', 'held')).toBeUndefined();
  });

  it('gives pods on a node their grace, and ends them without when asked', async () => {
    const { client } = memory;
    await client.resource(pods).create(pod('graceful') as never);
    await client
      .resource(pods)
      .post('default', 'graceful', 'binding', { apiVersion: 'v1', kind: 'Binding', metadata: {}, target: { kind: 'Node', name: 'n1' } });
    await client.resource(pods).delete('default', 'graceful');
    const ending = await client.resource(pods).get('default', 'graceful');
    expect(ending.metadata.deletionGracePeriodSeconds).toBe(30);
    await client.resource(pods).delete('default', 'graceful', { gracePeriodSeconds: 0 });
    expect(await client.resource(pods).find('default', 'graceful')).toBeUndefined();
  });

  it('refuses a wrong precondition', async () => {
    await maps().create(configMap('guarded'));
    await expect(maps().delete('default', 'guarded', { preconditions: { uid: 'other' } })).rejects.toMatchObject({ reason: 'Conflict' });
  });

  it('keeps a namespace until its content is gone, and takes nothing new into it', async () => {
    const { client } = memory;
    await client.resource(namespaces).create(namespace('ending'));
    await client.resource(namespaces).delete('', 'ending');
    const ending = await client.resource(namespaces).get('', 'ending');
    expect(ending.status?.phase).toBe('Terminating');
    await expect(maps().create(configMap('late', {}, { namespace: 'ending' }))).rejects.toMatchObject({ reason: 'Forbidden' });
    await expect(client.resource(namespaces).delete('', 'default')).rejects.toMatchObject({ reason: 'Forbidden' });
  });
});

describe('reading', () => {
  it('pages through one state while it changes', async () => {
    const label = { set: 'paged' };
    for (let at = 0; at < 7; at += 1) await maps().create(configMap(`page-${at}`, {}, { labels: label }));
    const first = await maps().list('default', { labelSelector: 'set=paged', limit: 3 });
    await maps().delete('default', 'page-5');
    await maps().create(configMap('page-9', {}, { labels: label }));
    const names = first.items.map((one) => one.metadata.name);
    let token = first.continue;
    while (token !== undefined) {
      const page = await maps().list('default', { labelSelector: 'set=paged', limit: 3, continue: token });
      expect(page.resourceVersion).toBe(first.resourceVersion);
      names.push(...page.items.map((one) => one.metadata.name));
      token = page.continue;
    }
    expect(names).toEqual(['page-0', 'page-1', 'page-2', 'page-3', 'page-4', 'page-5', 'page-6']);
  });

  it('shows those who leave a selector as DELETED and those who enter it as ADDED', async () => {
    const { resourceVersion } = await maps().list('default');
    const stop = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const event of maps().watch('default', { resourceVersion, labelSelector: 'in=yes', signal: stop.signal })) {
        if (event.type !== 'BOOKMARK') seen.push(`${event.type} ${event.object.metadata.name}`);
        if (seen.length === 4) stop.abort();
      }
    })();
    await maps().create(configMap('walker', {}, { labels: { in: 'yes' } }));
    await maps().patch('default', 'walker', { data: { a: '1' } });
    await maps().patch('default', 'walker', { metadata: { labels: { in: 'no' } } });
    await maps().patch('default', 'walker', { metadata: { labels: { in: 'yes' } } });
    await watching;
    expect(seen).toEqual(['ADDED walker', 'MODIFIED walker', 'DELETED walker', 'ADDED walker']);
  });
});

describe('a Service', () => {
  const service = (name: string, spec: object) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { ports: [{ port: 80 }], ...spec },
  });

  it('gets an address that nobody else has, and gives it back', async () => {
    const all = memory.client.resource(services);
    const made = await all.create(service('one', {}));
    expect(made.spec?.clusterIP).toMatch(/^10\.96\./);
    const taken = { clusterIP: made.spec?.clusterIP };
    await expect(all.create(service('two', taken) as never)).rejects.toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('already allocated'),
    });
    await all.delete('default', 'one');
    expect((await all.create(service('two', taken) as never)).spec?.clusterIP).toBe(taken.clusterIP);
  });

  it('gets node ports, and keeps them over an update that does not name them', async () => {
    const all = memory.client.resource(services);
    const made = await all.create(service('ported', { type: 'NodePort' }));
    const port = made.spec?.ports?.[0]?.nodePort;
    expect(port).toBeGreaterThanOrEqual(30_000);
    const updated = await all.update(service('ported', { type: 'NodePort', selector: { a: 'b' } }));
    expect(updated.spec?.ports?.[0]?.nodePort).toBe(port);
    expect(updated.spec?.clusterIP).toBe(made.spec?.clusterIP);
  });
});
