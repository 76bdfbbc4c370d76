import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingPlatforms, withPlatforms } from './lock-platforms.ts';
import type { Lock } from './lock-platforms.ts';

const lock: Lock = {
  packages: {
    '': {},
    'node_modules/tool': {
      dev: true,
      optionalDependencies: { '@tool/linux-x64': '1.0.0', '@tool/darwin-arm64': '1.0.0', '@tool/binding-linux-arm64-musl': '1.0.0' },
    },
    'node_modules/@tool/linux-x64': { version: '1.0.0', os: ['linux'], cpu: ['x64'] },
  },
};

test('package-lock.json holds the packages of every platform: npm run lock mends it', () => {
  const own = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  expect(missingPlatforms(own)).toEqual([]);
});

test('finds what the registry did not have', () => {
  expect(missingPlatforms(lock).map(({ name }) => name)).toEqual(['@tool/darwin-arm64', '@tool/binding-linux-arm64-musl']);
});

test('adds entries that say for which platform they are', () => {
  const { packages } = withPlatforms(lock);
  expect(packages['node_modules/@tool/darwin-arm64']).toEqual({
    version: '1.0.0',
    cpu: ['arm64'],
    dev: true,
    optional: true,
    os: ['darwin'],
  });
  expect(packages['node_modules/@tool/binding-linux-arm64-musl']).toMatchObject({ libc: ['musl'], os: ['linux'] });
  expect(missingPlatforms({ packages })).toEqual([]);
});
