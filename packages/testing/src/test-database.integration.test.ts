import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { testDatabase } from './test-database.ts';
import { testRedis } from './test-redis.ts';
import { Redis } from 'ioredis';

describe('testDatabase', () => {
  test('gives each caller a database of its own, and the application a role that owns nothing', async () => {
    await using first = await testDatabase({ migrated: false });
    await using second = await testDatabase({ migrated: false });
    const owner = postgres(first.ownerUrl, { max: 1 });
    const other = postgres(second.ownerUrl, { max: 1 });
    const app = postgres(first.appUrl, { max: 1 });
    try {
      await owner`CREATE TABLE only_here (x int)`;
      expect(await other`SELECT to_regclass('only_here') AS found`).toEqual([{ found: null }]);
      expect(await app`SELECT current_user AS name`).toEqual([{ name: 'kajitori_app' }]);
      await expect(app`SELECT * FROM only_here`).rejects.toThrow(/permission denied/);
      expect(await owner`SHOW fsync`).toEqual([{ fsync: 'on' }]);
    } finally {
      await Promise.all([owner.end(), other.end(), app.end()]);
    }
  });

  test('clones the migrated template', async () => {
    await using database = await testDatabase();
    const owner = postgres(database.ownerUrl, { max: 1 });
    try {
      expect(await owner`SELECT to_regclass('kajitori.migrations')::text AS found`).toEqual([{ found: 'kajitori.migrations' }]);
    } finally {
      await owner.end();
    }
  });
});

test('testRedis evicts nothing and comes back empty', async () => {
  await using server = await testRedis();
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  try {
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    await redis.set('key', 'value');
    await server.restart();
    expect(await redis.get('key')).toBeNull();
  } finally {
    redis.disconnect();
  }
});
