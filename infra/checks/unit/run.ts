import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unitParts } from './unit-inputs.ts';

/** `npm run check:unit`: the unit tests of what changed since they last passed, in one run of vitest. */
const root = process.cwd();
const report = join(root, '.turbo/reports/unit.json');
const passedFile = join(root, '.turbo/unit-passed.json');

interface Report {
  testResults: { name: string; status: 'passed' | 'failed' }[];
}

/** Folder → the hash with which its tests last passed. What cannot be read is run again. */
function readPassed(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(passedFile, 'utf8')) as Record<string, string>;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

const parts = unitParts(root);
const passed = readPassed();
const stale = parts.filter(({ folder, hash }) => passed[folder] !== hash);
mkdirSync(join(root, '.turbo/reports'), { recursive: true });
rmSync(report, { force: true });
console.log(`unit tests of ${stale.length} of ${parts.length} parts; the others passed with what they have`);
if (stale.length > 0) {
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const folders = stale.map(({ folder }) => `${folder}/`);
  const { status } = spawnSync('vitest', ['run', '--project', 'unit', '--passWithNoTests', ...reporters, ...folders], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
  notePassed();
}

/** Only what the report says to have passed, and all of it only if the run as a whole has an end. */
function notePassed(): void {
  if (!existsSync(report)) return;
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const failed = testResults.filter(({ status }) => status !== 'passed').map(({ name }) => name);
  // An error outside of any test fails the run without failing a file: nobody knows whose it is.
  if (process.exitCode !== 0 && failed.length === 0) return;
  for (const { folder, hash } of stale) if (!failed.some((name) => name.startsWith(join(root, folder, '/')))) passed[folder] = hash;
  writeFileSync(passedFile, JSON.stringify(passed, null, 2));
}
