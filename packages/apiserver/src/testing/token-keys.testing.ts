import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ServiceAccountKeys } from '@kajitori/accounts';
import type { ClusterId } from '@kajitori/apimachinery';

export const issuerOf = (cluster: ClusterId): string => `https://${cluster}.test`;

/** Keys of clusters that last as long as the test. */
export function testTokenKeys(): ServiceAccountKeys {
  const keys = new Map<ClusterId, KeyObject>();
  return new ServiceAccountKeys({
    issuer: async (cluster) => issuerOf(cluster),
    generations: async () => [{ generation: 1, createdAt: new Date(0) }],
    privateKey: async (cluster) => {
      const key = keys.get(cluster) ?? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      keys.set(cluster, key);
      return key;
    },
  });
}
