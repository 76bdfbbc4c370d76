import type { Campaign } from './campaign.ts';
import { fuzz } from './campaigns/fuzz.ts';
import { kills } from './campaigns/kills.ts';
import { storage } from './campaigns/storage.ts';

/** Every campaign there is. A new one is a file in campaigns/ and a line here. */
export const campaigns: readonly Campaign[] = [kills, storage, fuzz];
