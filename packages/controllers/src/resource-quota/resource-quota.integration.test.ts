import { isStatusError } from '@kajitori/apimachinery';
import { ApiServer } from '@kajitori/apiserver';
import { configMaps, customResourceDefinitions, pods, resourceQuotas, secrets, services } from '@kajitori/kinds';
import { openPostgresStorage } from '@kajitori/storage';
import { silentLogger } from '@kajitori/telemetry';
import { testDatabase, type TestDatabase } from '@kajitori/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestCluster } from '../test-cluster.testing.ts';
import { resourceQuota } from './resource-quota.controller.ts';

const pod = (name: string, resources = {}): { metadata: object; spec: object } => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'busybox:1', resources }] },
});

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

describe.each(['memory', 'postgres'] as const)('resource quotas on %s storage', (driver) => {
  let cluster: TestCluster;
  beforeEach(async () => {
    const storage = driver === 'memory' ? undefined : () => openPostgresStorage({ url: database.appUrl });
    cluster = await TestCluster.open({ descriptors: [resourceQuota], storage });
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  const quota = async (hard: Record<string, string>, spec: object = {}): Promise<void> => {
    await cluster.create(resourceQuotas, { metadata: { name: 'q' }, spec: { hard, ...spec } });
    await cluster.settle();
  };
  const used = async (): Promise<Record<string, string> | undefined> => (await cluster.get(resourceQuotas, 'q')).status?.used;
  const refusal = (write: Promise<unknown>): Promise<string> =>
    write.then(
      () => 'written',
      (error: unknown) => (error as Error).message,
    );

  const admin = { name: 'admin', groups: ['system:masters'] };
  const otherProcess = (): ApiServer =>
    new ApiServer({ storage: cluster.storage, authenticator: { authenticateToken: async () => undefined }, logger: silentLogger });
  const widgetDefinition = {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };

  it('count what is there, charge what is written, and take back what is gone', async () => {
    await cluster.create(pods, pod('before', { requests: { cpu: '250m' } }));
    await quota({ pods: '2', 'requests.cpu': '1', 'count/configmaps': '3', 'services.nodeports': '1' });
    expect(await used()).toEqual({ pods: '1', 'requests.cpu': '250m', 'count/configmaps': '0', 'services.nodeports': '0' });
    await cluster.create(pods, pod('second', { requests: { cpu: '500m' } }));
    expect(await used()).toMatchObject({ pods: '2', 'requests.cpu': '750m' });
    expect(await refusal(cluster.create(pods, pod('third', { requests: { cpu: '1m' } })))).toBe(
      'pods "third" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
    );
    expect(await refusal(cluster.create(pods, pod('silent')))).toBe(
      'pods "silent" is forbidden: failed quota: q: must specify requests.cpu for: c',
    );
    await cluster.end([await cluster.get(pods, 'before')], 'Succeeded');
    await cluster.settle();
    expect(await used()).toMatchObject({ pods: '1', 'requests.cpu': '500m' });
    await cluster.resource(pods).delete('default', 'second');
    await cluster.settle();
    expect(await used()).toMatchObject({ pods: '0', 'requests.cpu': '0' });
  });

  it('never let 64 writers at once pass a limit', async () => {
    await quota({ 'count/configmaps': '20', secrets: '5' });
    const writes = Array.from({ length: 64 }, (_, n) => cluster.create(configMaps, { metadata: { name: `c${n}` } }));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.every(({ reason }) => isStatusError(reason, 'Forbidden'))).toBe(true);
    await cluster.settle();
    expect(await used()).toEqual({ 'count/configmaps': '20', secrets: '0' });
    await cluster.create(secrets, { metadata: { name: 's' } });
    for (const { metadata } of (await cluster.list(configMaps)).slice(0, 7))
      await cluster.resource(configMaps).delete('default', metadata.name ?? '');
    await cluster.settle();
    expect(await used()).toEqual({ 'count/configmaps': '13', secrets: '1' });
  });

  it('charge an update that uses more', async () => {
    await quota({ 'services.nodeports': '1', services: '3' });
    const service = (name: string, type: string): { metadata: object; spec: object } => ({
      metadata: { name },
      spec: { type, ports: [{ port: 80 }] },
    });
    await cluster.create(services, service('one', 'NodePort'));
    await cluster.create(services, service('two', 'ClusterIP'));
    expect(await refusal(cluster.patch(services, 'two', { spec: { type: 'NodePort' } }))).toBe(
      'services "two" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1',
    );
    await cluster.patch(services, 'one', { spec: { type: 'ClusterIP' } });
    await cluster.settle();
    await cluster.patch(services, 'two', { spec: { type: 'NodePort' } });
    expect(await used()).toEqual({ 'services.nodeports': '1', services: '2' });
  });

  it('count only what is in their scopes, and follow a limit that changes', async () => {
    await quota({ pods: '1' }, { scopes: ['BestEffort'] });
    await cluster.create(pods, pod('burstable', { requests: { cpu: '1' } }));
    await cluster.create(pods, pod('one'));
    expect(await refusal(cluster.create(pods, pod('two')))).toContain('exceeded quota: q');
    await cluster.patch(resourceQuotas, 'q', { spec: { hard: { pods: '2' } } });
    await cluster.settle();
    await cluster.create(pods, pod('two'));
    expect((await cluster.get(resourceQuotas, 'q')).status).toEqual({ hard: { pods: '2' }, used: { pods: '2' } });
  });

  it('hold over two API processes, whatever is made and deleted at once', async () => {
    const limit = 12;
    await quota({ 'count/configmaps': String(limit) });
    await using other = otherProcess();
    const clients = [cluster.client, other.client(cluster.id, admin)].map((client) => client.resource(configMaps));
    let made = 0;
    for (let round = 0; round < 4; round += 1) {
      const found = await cluster.list(configMaps);
      const creations = Array.from({ length: 32 }, async (_, n) => {
        const name = `c${(made += 1)}`;
        await clients[n % 2]?.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name } });
      });
      const deletions = found.slice(0, 5).map(({ metadata }, n) => clients[n % 2]?.delete('default', metadata.name ?? ''));
      const outcomes = await Promise.allSettled([...creations, ...deletions]);
      const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      expect(errors.filter((error) => !isStatusError(error, 'Forbidden'))).toEqual([]);
      expect((await cluster.list(configMaps)).length).toBeLessThanOrEqual(limit);
      await cluster.settle();
      expect(await used()).toEqual({ 'count/configmaps': String((await cluster.list(configMaps)).length) });
    }
    expect((await cluster.list(configMaps)).length).toBeGreaterThan(0);
  });

  it('take back limits that somebody wrote into the status, after a while', async () => {
    await quota({ pods: '1', 'limits.cpu': '1000m' });
    await cluster.patch(resourceQuotas, 'q', { status: { hard: { pods: '9' } } }, 'status');
    await cluster.settle();
    expect((await cluster.get(resourceQuotas, 'q')).status?.hard).toEqual({ pods: '9', 'limits.cpu': '1' });
    await cluster.advance(61_000);
    expect((await cluster.get(resourceQuotas, 'q')).status?.hard).toEqual({ pods: '1', 'limits.cpu': '1' });
  });

  it('count objects of a kind that the cluster brought itself', async () => {
    await cluster.create(customResourceDefinitions, widgetDefinition);
    const [widgets] = await cluster.client.customKinds();
    if (widgets === undefined) throw new Error('the definition is served');
    await cluster.create(widgets, { metadata: { name: 'before' } });
    await quota({ 'count/widgets.example.com': '2' });
    await cluster.create(widgets, { metadata: { name: 'second' } });
    expect(await refusal(cluster.create(widgets, { metadata: { name: 'third' } }))).toBe(
      'widgets.example.com "third" is forbidden: exceeded quota: q, requested: count/widgets.example.com=1, used: count/widgets.example.com=2, limited: count/widgets.example.com=2',
    );
    await cluster.resource(widgets).delete('default', 'before');
    await cluster.settle();
    expect(await used()).toEqual({ 'count/widgets.example.com': '1' });
  });

  it('give back what was made and gone before this process knew its kind', async () => {
    await quota({ 'count/widgets.example.com': '2' });
    expect(await cluster.client.customKinds()).toEqual([]);
    await using process = otherProcess();
    const other = process.client(cluster.id, admin);
    await other.resource(customResourceDefinitions).create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      ...widgetDefinition,
    });
    const [widgets] = await other.customKinds();
    if (widgets === undefined) throw new Error('the definition is served');
    await other.resource(widgets).create({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { namespace: 'default', name: 'a' } });
    await other.resource(widgets).delete('default', 'a');
    await cluster.settle();
    await expect.poll(async () => (await cluster.client.customKinds()).length, { timeout: 5_000 }).toBe(1);
    await cluster.advance(3_000);
    expect(await used()).toEqual({ 'count/widgets.example.com': '0' });
  });
});
