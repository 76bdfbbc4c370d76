import type { KubeObject } from '@kajitori/apimachinery';
import type { ResourceClient } from '@kajitori/client';

/** All objects of a kind without a cache, read in pages of so many. */
export async function listAll<T extends KubeObject>(client: ResourceClient<T>, pageSize: number): Promise<T[]> {
  const found: T[] = [];
  let next: string | undefined;
  do {
    const page = await client.list('', { limit: pageSize, ...(next === undefined ? {} : { continue: next }) });
    found.push(...page.items);
    next = page.continue;
  } while (next !== undefined && next !== '');
  return found;
}
