import { storageCampaign } from '@kajitori/storage/campaign';
import { testDatabase } from '@kajitori/testing';
import type { Campaign, CampaignContext, CampaignResult } from '../campaign.ts';

export const storage: Campaign = {
  name: 'storage',
  description: 'random writers, watchers and pagers on Postgres while connections die: one history explains all that anybody was told',
  whole: { seconds: 300 },
  slice: { seconds: 5 },
  run,
};

async function run({ seed, seconds = 300, log }: CampaignContext): Promise<CampaignResult> {
  await using database = await testDatabase();
  try {
    const report = await storageCampaign(seed, seconds, database);
    log(`${report.changes} changes, ${report.killed} connections killed`);
    return { passed: 1, failures: [], facts: { ...report } };
  } catch (error) {
    return { passed: 0, failures: [error instanceof Error ? error.message : String(error)], facts: { seed } };
  }
}
