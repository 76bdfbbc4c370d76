import { testDatabase } from '@kajitori/testing';
import { expect, it } from 'vitest';
import { storageCampaign } from './storage-campaign.ts';

it.each([1, 2])('finds one history behind all that was told, seed %i', async (seed) => {
  await using database = await testDatabase();
  const report = await storageCampaign(seed, 5, database);
  expect(report.changes).toBeGreaterThan(100);
  expect(report.lists).toBeGreaterThan(10);
  expect(report.killed).toBeGreaterThan(3);
});
