import { startBenchInstance } from '../bench-instance.ts';
import { LoadClient } from '../load.ts';
import { percentile } from '../measurement.ts';
import type { BenchContext, BenchGroup } from '../measurement.ts';
import { configMap, fill } from './fill.ts';

const rounds = 200;
const warmUpRounds = 50;
const collectionObjects = 5_000;
const bodyBytes = 1_000;
const deployment = '/apis/apps/v1/namespaces/default/deployments/applied';

export const writes: BenchGroup = {
  name: 'api.writes',
  description:
    'server-side apply of a Deployment against an update of it; deletion of a collection against a bare grouped delete of the same rows',
  run,
};

async function run(context: BenchContext): Promise<void> {
  await using bench = await startBenchInstance({ nodes: 0 });
  using client = new LoadClient(bench.kubernetes, 32);
  await measureApply(client, context);
  using floor = new LoadClient(await bench.bareServer(), 32);
  await measureDeletion(client, floor, context);
}

async function measureApply(client: LoadClient, { report, signal }: BenchContext): Promise<void> {
  const apply = (round: number): Promise<Buffer> =>
    client.send({
      method: 'PATCH',
      path: `${deployment}?fieldManager=bench&force=true`,
      body: JSON.stringify(paused(round)),
      contentType: 'application/apply-patch+yaml',
    });
  const updated = await apply(-1);
  const times = { apply: [] as number[], update: [] as number[] };
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    signal.throwIfAborted();
    const begin = performance.now();
    await apply(2 * round + 1_000);
    const applied = performance.now();
    const object = JSON.parse(updated.toString()) as { metadata: Record<string, unknown>; spec: { template: object } };
    const { resourceVersion: _, ...metadata } = object.metadata;
    const body = JSON.stringify({ ...object, metadata, spec: { ...object.spec, template: paused(2 * round + 1_001).spec.template } });
    const prepared = performance.now();
    await client.send({ method: 'PUT', path: deployment, body });
    if (round < 0) continue;
    times.apply.push(applied - begin);
    times.update.push(performance.now() - prepared);
  }
  const [value, floor] = [percentile(times.apply, 0.5), percentile(times.update, 0.5)];
  report({ name: 'api.apply.p50', value, unit: 'ms', floor, goal: 3, better: 'lower' });
}

/** A Deployment that makes no pods. */
function paused(round: number): { spec: { template: object; [field: string]: unknown }; [field: string]: unknown } {
  const env = Array.from({ length: 10 }, (_, number) => ({ name: `NAME_${number}`, value: `${number}-${round}` }));
  const labels = { app: 'applied' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'applied', labels },
    spec: {
      paused: true,
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: ['main', 'sidecar'].map((name) => ({
            name,
            image: `registry.example.com/${name}:1`,
            env,
            ports: [{ containerPort: 80 }],
            resources: { requests: { cpu: '100m', memory: '128Mi' } },
          })),
        },
      },
    },
  };
}

async function measureDeletion(client: LoadClient, floor: LoadClient, { report, log }: BenchContext): Promise<void> {
  const body = (number: number): object => configMap(`deleted-${number}`, bodyBytes);
  const perSecond: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    await fill(client, { namespace: `deleted-${round}`, resource: 'configmaps', count: collectionObjects, body, clients: 32 });
    perSecond.push(await rate(() => client.send({ method: 'DELETE', path: `/api/v1/namespaces/deleted-${round}/configmaps` })));
  }
  const bare: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(
      Array.from({ length: 32 }, async (_, lane) => {
        for (let number = lane; number < collectionObjects; number += 32)
          await floor.send({ method: 'POST', path: '/write', body: JSON.stringify(body(number)) });
      }),
    );
    bare.push(await rate(() => floor.send({ method: 'DELETE', path: '/written' })));
  }
  log(`deletion of ${collectionObjects} took ${(collectionObjects / Math.max(...perSecond)).toFixed(2)} s`);
  report({
    name: `api.deletecollection${collectionObjects}`,
    value: Math.max(...perSecond),
    unit: '1/s',
    floor: Math.max(...bare),
    goal: 0.5,
    better: 'higher',
  });
}

async function rate(deletion: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await deletion();
  return (collectionObjects * 1_000) / (performance.now() - begin);
}
