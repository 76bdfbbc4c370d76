import { storageBench } from '@kajitori/storage/bench';
import { testDatabase } from '@kajitori/testing';
import type { BenchContext, BenchGroup } from '../measurement.ts';

export const storage: BenchGroup = {
  name: 'storage',
  description: 'storage behind row-level security against the same work past it, 64 clients',
  run,
};

async function run({ report }: BenchContext): Promise<void> {
  await using database = await testDatabase();
  for (const { name, value, unit, floor, goal, better } of await storageBench({ database }))
    report({ name, value, unit, floor, goal, better });
}
