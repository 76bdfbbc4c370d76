import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unitParts } from './unit-inputs.ts';

let root: string;
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const manifest = (name: string, uses: string[], kind = 'dependencies'): string =>
  JSON.stringify({ name: `@kajitori/${name}`, [kind]: Object.fromEntries(uses.map((one) => [`@kajitori/${one}`, '0.1.0'])) });

/** bottom ← middle ← top, tests of middle also use testing; aside stands alone. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kajitori-unit-'));
  write('package-lock.json', '{}');
  write('apps/top/package.json', manifest('top', ['middle']));
  write(
    'packages/middle/package.json',
    JSON.stringify({ ...(JSON.parse(manifest('middle', ['bottom'])) as object), devDependencies: { '@kajitori/testing': '0.1.0' } }),
  );
  for (const name of ['bottom', 'testing', 'aside']) write(`packages/${name}/package.json`, manifest(name, []));
  write('packages/bottom/src/index.ts', 'export const one = 1;\n');
});
afterEach(() => rmSync(root, { recursive: true }));

/** The folders whose hash is another after the change. */
function staleAfter(change: () => void): string[] {
  const before = new Map(unitParts(root).map(({ folder, hash }) => [folder, hash]));
  change();
  return unitParts(root)
    .filter(({ folder, hash }) => before.get(folder) !== hash)
    .map(({ folder }) => folder)
    .sort();
}

const all = ['apps/top', 'infra', 'packages/aside', 'packages/bottom', 'packages/middle', 'packages/testing'];

describe('the unit tests that a change makes stale', () => {
  test.each<[string, string, string[]]>([
    ['a package of the lowest level', 'packages/bottom/src/index.ts', ['apps/top', 'infra', 'packages/bottom', 'packages/middle']],
    ['a new test', 'packages/aside/src/new.test.ts', ['infra', 'packages/aside']],
    ['what only tests use', 'packages/testing/src/index.ts', ['apps/top', 'infra', 'packages/middle', 'packages/testing']],
    ['a document', 'docs/page.md', ['infra']],
    ['the lock', 'package-lock.json', all],
    ['the configuration of the compiler', 'tsconfig.json', all],
    ['the configuration of the runner', 'vitest.config.ts', all],
  ])('%s', (_, path, stale) => {
    expect(staleAfter(() => write(path, 'changed'))).toEqual(stale);
  });

  test('nothing, when nothing changed but what is not part of the tree', () => {
    expect(staleAfter(() => write('packages/aside/node_modules/x/index.js', ''))).toEqual([]);
  });

  test('a file that goes away', () => {
    expect(staleAfter(() => rmSync(join(root, 'packages/bottom/src/index.ts')))).toContain('packages/middle');
  });
});
