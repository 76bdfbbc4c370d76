import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { checkNames } from './check-names.ts';

/** `npm run check [-- NAME…]`: the checks, through turbo, which skips those whose inputs are as they were. */
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const unknown = asked.filter((name) => !checkNames.includes(name));
if (unknown.length > 0) {
  console.error(`no check named ${unknown.join(', ')}; there are ${checkNames.join(', ')}`);
  process.exit(2);
}
// What turbo is told to forget, the unit tests forget too.
if (options.includes('--force')) rmSync('.turbo/unit-passed.json', { force: true });
const tasks = (asked.length > 0 ? asked : checkNames).map((name) => `//#check:${name}`);
const turbo = spawn('turbo', ['run', ...tasks, '--continue', '--output-logs=errors-only', ...options], { stdio: 'inherit' });
const [code] = (await once(turbo, 'exit')) as [number | null];
process.exitCode = code ?? 1;
