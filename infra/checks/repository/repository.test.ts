import { expect, test } from 'vitest';
import { problemsOf, rules } from './rules.ts';
import { sourceFiles } from './source-files.ts';

const root = process.env.KAJITORI_CHECK_ROOT ?? process.cwd();

test('the repository keeps its own rules', () => {
  const files = [...sourceFiles(root)];
  expect(files.length).toBeGreaterThan(50);
  expect(problemsOf(files)).toEqual([]);
});

const samples: Record<string, { path: string; text: string }> = {
  'file-size': { path: 'packages/a/src/long.ts', text: 'x;\n'.repeat(401) },
  'file-name': { path: 'packages/a/src/string-utils/utils.ts', text: '' },
  'apps-are-wiring': { path: 'apps/api/src/main.ts', text: 'x;\n'.repeat(201) },
  'env-in-one-file': { path: 'packages/a/src/a.ts', text: 'const url = process.env.URL;' },
  'inside-its-package': { path: 'packages/a/src/a.test.ts', text: "readFileSync(new URL('../../b/src/b.ts', import.meta.url));" },
  'no-registry-host': { path: 'README.md', text: 'see https://registry.npmjs.org/vitest' },
  'no-machine-path': { path: 'README.md', text: 'cd /home/somebody/kajitori' },
  'no-marker-left': { path: 'packages/a/src/a.ts', text: '// TODO: the rest' },
  'no-test-left-out': { path: 'packages/a/src/a.test.ts', text: "test.skip('later', () => {});" },
};

test.each(rules.map(({ name }) => name))('the rule %s can fail', (name) => {
  const sample = samples[name];
  expect(sample, 'a sample that breaks the rule').toBeDefined();
  expect(problemsOf([sample!]).join('\n')).toContain(`: ${name}: `);
});

test('ordinary files break no rule', () => {
  expect(problemsOf([{ path: 'packages/a/src/rolling-update.plan.ts', text: 'export const one = 1;\n' }])).toEqual([]);
});
