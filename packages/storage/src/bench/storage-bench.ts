import { newClusterId, newUid } from '@kajitori/apimachinery';
import { openPostgresStorage } from '../postgres/postgres-storage.ts';
import type { ClusterStorage, NewObject } from '../storage.ts';

/**
 * What storage costs, on a scratch database. The floor of each measure is the same work past row-level security, as the tables' owner, so the
 * ratio is what the second wall leaves.
 */
export interface Measure {
  name: string;
  value: number;
  unit: string;
  floor: number;
  ratio: number;
  goal: number;
  better: 'lower' | 'higher';
}

export interface StorageBenchOptions {
  /** A migrated database that nobody else uses. */
  database: { ownerUrl: string; appUrl: string };
  /** Operations of each measure in each round. */
  operations?: number;
  rounds?: number;
}

const clients = 64;
const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { text: 'x'.repeat(900) } });
const configMaps = { group: '', resource: 'configmaps' };

function configMap(name: string): NewObject {
  return {
    ...configMaps,
    namespace: 'default',
    name,
    uid: newUid(),
    body,
    labels: { app: 'bench' },
    fields: {},
    stamp: { version: 'v1', schemaHash: 'bench' },
  };
}

export async function storageBench({ database, operations = 8_000, rounds = 3 }: StorageBenchOptions): Promise<Measure[]> {
  const best = new Map<string, { walled: number; open: number }>();
  // Both in turns, so that other load on the machine meets both.
  for (let round = 0; round < rounds; round += 1) {
    for (const side of ['walled', 'open'] as const) {
      const rates = await measureOnce(side === 'walled' ? database.appUrl : database.ownerUrl, operations);
      for (const [name, rate] of Object.entries(rates)) {
        const found = best.get(name) ?? { walled: 0, open: 0 };
        best.set(name, { ...found, [side]: Math.max(found[side], rate) });
      }
    }
  }
  return [...best].map(([name, { walled, open }]) => {
    return {
      name: `storage.${name}`,
      value: Math.round(walled),
      unit: '1/s',
      floor: Math.round(open),
      ratio: round2(walled / open),
      goal: 0.66,
      better: 'higher',
    };
  });
}

const round2 = (value: number): number => Math.round(value * 100) / 100;

async function measureOnce(url: string, operations: number): Promise<Record<string, number>> {
  await using engine = openPostgresStorage({ url });
  const id = newClusterId();
  await engine.clusters.create(id);
  const storage = engine.cluster(id);
  const name = (n: number): string => `o-${String(n).padStart(6, '0')}`;
  await together(500, (n) => created(storage, `warm-${n}`));
  return {
    creates: await together(operations, (n) => created(storage, name(n))),
    gets: await together(operations, (n) => storage.get(configMap(name(n)))),
    listedObjects:
      500 * (await inTurn(10, (n) => storage.list({ ...configMaps, limit: 500, after: { namespace: 'default', name: name(n) } }))),
    updates: await together(operations, (n) => updated(storage, name(n))),
  };
}

async function created(storage: ClusterStorage, name: string): Promise<void> {
  const outcome = await storage.write([{ type: 'create', object: configMap(name) }]);
  if ('refused' in outcome) throw new Error(`a create was refused: ${outcome.refused}`);
}

async function updated(storage: ClusterStorage, name: string): Promise<void> {
  const current = await storage.get(configMap(name));
  if (current === undefined) throw new Error(`${name} is not there`);
  const { revision: expectedRevision, ...object } = current;
  const outcome = await storage.write([{ type: 'update', object, expectedRevision }]);
  if ('refused' in outcome) throw new Error(`an update was refused: ${outcome.refused}`);
}

/** Operations a second of many clients, each with one at a time. */
async function together(operations: number, run: (n: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < operations) await run(next++);
    }),
  );
  return operations / ((performance.now() - started) / 1000);
}

async function inTurn(operations: number, run: (n: number) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let n = 0; n < operations; n += 1) await run(n);
  return operations / ((performance.now() - started) / 1000);
}
