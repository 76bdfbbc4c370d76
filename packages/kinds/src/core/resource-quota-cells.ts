import type { ResourceQuota } from './resource-quota.ts';

/** `used/hard` of each resource; those that limit stand in a column of their own. */
export function quotaCell({ status }: ResourceQuota, of: 'requests' | 'limits'): string {
  return Object.entries(status?.hard ?? {})
    .filter(([resource]) => resource.startsWith('limits.') === (of === 'limits'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, hard]) => `${resource}: ${status?.used?.[resource] ?? '0'}/${hard}`)
    .join(', ');
}
