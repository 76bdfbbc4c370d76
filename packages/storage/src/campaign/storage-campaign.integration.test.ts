import { testDatabase } from '@kajitori/testing';
import { expect, it } from 'vitest';
import { storageCampaign } from './storage-campaign.ts';

it.each([1, 2])('finds one history behind all that was told, seed %i', async (seed) => {
  await using database = await testDatabase();
  const report = await storageCampaign(seed, 3, database);
  expect(report.changes).toBeGreaterThan(50);
  expect(report.lists).toBeGreaterThan(5);
  expect(report.killed).toBeGreaterThan(3);
});
