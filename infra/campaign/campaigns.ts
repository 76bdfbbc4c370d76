import type { Campaign } from './campaign.ts';

/** Every campaign there is. A new one is a file in campaigns/ and a line here. */
export const campaigns: readonly Campaign[] = [];
