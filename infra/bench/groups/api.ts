import type { BenchContext, BenchGroup } from '../measurement.ts';
import { percentile } from '../measurement.ts';
import { startBenchInstance } from '../bench-instance.ts';
import { LoadClient, loadByTurns } from '../load.ts';
import type { LoadRequest } from '../load.ts';
import { configMap, fill } from '../api/fill.ts';

const clients = 64;
const seconds = 8;
const listedObjects = 5_000;
const bodyBytes = 1_000;
const configMaps = '/api/v1/namespaces/default/configmaps';

export const api: BenchGroup = {
  name: 'api',
  description: 'requests to the Kubernetes API against bare routes that move the same bytes, 64 clients over TLS',
  run,
};

async function run(context: BenchContext): Promise<void> {
  await using bench = await startBenchInstance({ nodes: 0 });
  const bare = await bench.bareServer();
  using product = new LoadClient(bench.kubernetes, clients);
  using floor = new LoadClient(bare, clients);
  await measureCreate(context, product, floor);
  await measureReads(context, product, floor);
}

async function measureCreate({ report, signal, log }: BenchContext, product: LoadClient, floor: LoadClient): Promise<void> {
  const names = nameMaker('create');
  const create = (): LoadRequest => ({ method: 'POST', path: configMaps, body: JSON.stringify(configMap(names(), bodyBytes)) });
  const [ours, bare] = await loadByTurns(
    { client: product, request: create },
    { client: floor, request: () => ({ ...create(), path: '/write' }) },
    { clients, seconds, signal },
  );
  report({ name: 'api.create', value: ours.perSecond, unit: '1/s', floor: bare.perSecond, goal: 0.5, better: 'higher' });
  log(`create p50 ${percentile(ours.milliseconds, 0.5).toFixed(1)} ms, p99 ${percentile(ours.milliseconds, 0.99).toFixed(1)} ms`);
}

async function measureReads({ report, signal, log }: BenchContext, product: LoadClient, floor: LoadClient): Promise<void> {
  const body = (number: number): object => configMap(`listed-${number}`, bodyBytes);
  await fill(product, { namespace: 'listed', resource: 'configmaps', count: listedObjects, body, clients });
  for (const { name, path, goal, seconds: long } of [
    { name: 'api.get', path: '/api/v1/namespaces/listed/configmaps/listed-1', goal: 0.5, seconds },
    { name: 'api.list5000', path: '/api/v1/namespaces/listed/configmaps', goal: 0.5, seconds: 2 * seconds },
  ]) {
    const bytes = await product.send({ method: 'GET', path });
    await floor.send({ method: 'PUT', path: `/bytes/${name}`, body: bytes.toString() });
    const many = name === 'api.get' ? clients : 4;
    const [ours, bare] = await loadByTurns(
      { client: product, request: () => ({ method: 'GET', path }) },
      { client: floor, request: () => ({ method: 'GET', path: `/bytes/${name}` }) },
      { clients: many, seconds: long, signal },
    );
    report({ name, value: ours.perSecond, unit: '1/s', floor: bare.perSecond, goal, better: 'higher' });
    log(`${name}: ${bytes.length} bytes, p99 ${percentile(ours.milliseconds, 0.99).toFixed(1)} ms`);
  }
}

function nameMaker(prefix: string): () => string {
  let number = 0;
  const stamp = Date.now().toString(36);
  return () => `${prefix}-${stamp}-${(number += 1)}`;
}
