import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { checkNames } from './check-names.ts';
import { violations } from './violations.ts';

/**
 * Proves that each check can fail: copies the tree, plants one violation of each rule, and expects every check to fail
 * and to name the planted file. Ends with `N passed, N failed`.
 */
const root = process.cwd();
const copy = mkdtempSync(join(tmpdir(), 'kajitori-canary-'));
const failures: string[] = [];
try {
  copyTree();
  for (const { files } of violations) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
  }
  for (const check of checkNames) {
    const begin = performance.now();
    const { status, output } = runCheck(check);
    for (const { name, expect } of violations.filter((violation) => violation.check === check)) {
      const missed = expect.filter((text) => !output.includes(text));
      if (status === 0) failures.push(`${check} passed in spite of: ${name}`);
      else if (missed.length > 0) failures.push(`${check} failed, but did not see: ${name} (no ${missed.join(', no ')} in its output)`);
    }
    console.log(`canary: ${check} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
const untried = checkNames.filter((check) => !violations.some((violation) => violation.check === check));
for (const check of untried) failures.push(`${check} has no violation to find`);
for (const failure of failures) console.error(`✗ ${failure}`);
console.log(`${violations.length + untried.length - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** The sources, and node_modules whose links into the workspace lead into the copy. */
function copyTree(): void {
  const ignored = new Set(['node_modules', 'dist', '.git', '.kajitori', '.tools', '.turbo', 'coverage']);
  cpSync(root, copy, { recursive: true, filter: (source) => source === root || !ignored.has(basename(source)) });
  linkModules('node_modules');
  for (const folder of ['apps', 'packages']) {
    for (const name of readdirSync(join(root, folder))) linkModules(join(folder, name, 'node_modules'));
  }
  rmSync(join(copy, 'node_modules/@kajitori'), { recursive: true, force: true });
  mkdirSync(join(copy, 'node_modules/@kajitori'));
  for (const name of readdirSync(join(copy, 'packages'))) {
    symlinkSync(join(copy, 'packages', name), join(copy, 'node_modules/@kajitori', name));
  }
}

function linkModules(folder: string): void {
  if (!existsSync(join(root, folder))) return;
  mkdirSync(join(copy, folder));
  for (const name of readdirSync(join(root, folder))) symlinkSync(join(root, folder, name), join(copy, folder, name));
}

function runCheck(check: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', `check:${check}`], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, output: stdout + stderr };
}
