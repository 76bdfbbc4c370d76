import { type KubeObject, notFound } from '@kajitori/apimachinery';
import type { ResourceClient } from '@kajitori/client';
import { configMaps, type Kind } from '@kajitori/kinds';
import { expect, it } from 'vitest';
import { Caches } from './caches.ts';

it('does not wait for a kind that went with its definition', async () => {
  const own = { ...configMaps, custom: {} } as unknown as Kind;
  const errors: unknown[] = [];
  const unserved = {
    list: async () => Promise.reject(notFound({ group: 'example.com', resource: 'widgets' }, '')),
  } as unknown as ResourceClient<KubeObject>;
  await using caches = new Caches(
    () => unserved,
    (_kind, error) => errors.push(error),
  );
  expect(await caches.metadata(own)).toBeUndefined();
  expect(caches.size).toBe(0);
  expect(errors).toEqual([]);
});
