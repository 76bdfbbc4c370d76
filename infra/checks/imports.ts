import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import type { ICruiseResult } from 'dependency-cruiser';
import { importRules } from './import-rules.ts';
import { levels } from './levels.ts';
import { teachUsing } from './swc-visitor.ts';

/**
 * Checks the direction of imports and that there are no cycles. Fails too when the tree was not seen: a parser that
 * reads nothing finds nothing.
 */
const root = process.cwd();
const folders = ['apps', 'packages', 'infra'].filter((folder) => existsSync(join(root, folder)));

teachUsing();
const { output } = await cruise(folders, {
  parser: 'swc',
  tsPreCompilationDeps: 'specify',
  doNotFollow: { path: 'node_modules' },
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'default'],
    extensions: ['.ts', '.mjs', '.js', '.json'],
  },
  ruleSet: { forbidden: importRules },
  validate: true,
  baseDir: root,
});
const { modules, summary } = output as ICruiseResult;

const problems = summary.violations.map(({ rule, from, to }) => {
  const why = importRules.find(({ name }) => name === rule.name)?.comment ?? '';
  return `${rule.name}: ${from} → ${to}\n    ${why}`;
});
const packages = readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'src')));
for (const name of packages) {
  const seen = modules.filter(({ source }) => source.startsWith(`packages/${name}/src/`));
  if (seen.length === 0) problems.push(`unseen: packages/${name} has sources, yet no module of it was read`);
  if (!levels.flat().includes(name)) problems.push(`no level: packages/${name} is missing in infra/checks/levels.ts`);
}
const edges = modules.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
if (edges < modules.length / 2) problems.push(`unread: ${modules.length} modules have only ${edges} imports between them`);

for (const problem of problems) console.error(problem);
console.log(`${modules.length} modules, ${edges} imports, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
