import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectlVersions } from '@kajitori/testing';
import { buildBundles } from '../build/bundles.ts';
import { campaigns } from '../campaign/campaigns.ts';
import { checkNames } from '../checks/check-names.ts';
import { engineFile, ensureEngine } from '../local/docker-engine.ts';
import { instanceOf, logFile, makeDirectories } from '../local/instance.ts';
import { endProcess, readIdentity } from '../local/process-identity.ts';
import { showFailure, step } from '../local/progress.ts';
import { dockerPackages, ensurePackages, nodePackages, pythonClientPackage, redisPackage } from '../local/system-packages.ts';
import { ofLastLine, ofVitest, single, sum } from './tally.ts';
import type { Tally } from './tally.ts';

/**
 * `npm test [-- STAGE…]`: sets the machine up, then runs everything there is. Its last line is `N passed, N failed`,
 * and nothing that it started is left running.
 */
const instance = instanceOf();
const scratch = mkdtempSync(join(tmpdir(), 'kajitori-test-'));
const stateDirectory = join(scratch, 'state');
const testEnvironment = { ...process.env, KAJITORI_E2E_STATE_DIR: stateDirectory };
const interrupted = new AbortController();
/** An engine that an instance of this checkout started before is not this run's to end. */
const engineBefore = await readIdentity(engineFile(instance));
const engineStopLimitMilliseconds = 30_000;
/** A runner that has not ended by then never will. */
const runnerLimitMilliseconds = 30 * 60_000;
const secretsOfDevelopers = ['DATABASE_URL', 'REDIS_URL', 'STREAMS_REDIS_URL'] as const;
for (const name of secretsOfDevelopers) delete (testEnvironment as NodeJS.ProcessEnv)[name];

interface Stage {
  name: string;
  run: () => Promise<Tally>;
}

const stages: Stage[] = [
  ...checkNames
    .filter((name) => name !== 'unit')
    .map((name) => ({ name, run: async () => single((await npmRun(`check:${name}`)).code === 0) })),
  { name: 'build', run: build },
  ...['unit', 'integration', 'docker'].map((project) => ({ name: project, run: () => vitest(project) })),
  { name: 'e2e', run: endToEnd },
  ...campaigns.map(({ name }) => ({ name: `campaign ${name}`, run: () => ownRunner('infra/campaign/run.ts', [name, '--slice']) })),
  { name: 'canary', run: () => ownRunner('infra/checks/canary.ts', []) },
];

async function setUp(): Promise<void> {
  await makeDirectories(instance);
  const remedy = 'see the log';
  await step('system packages', { remedy, log: logFile(instance, 'apt') }, () =>
    ensurePackages(instance, [redisPackage, ...dockerPackages, ...nodePackages, pythonClientPackage]),
  );
  await step('Docker', { remedy, log: logFile(instance, 'dockerd') }, () => ensureEngine(instance));
}

async function runStage({ name, run }: Stage, results: Tally[]): Promise<void> {
  if (interrupted.signal.aborted) return;
  const begin = performance.now();
  console.log(`\n▶ ${name}`);
  const tally = await run();
  results.push(tally);
  const mark = tally.failed === 0 ? '✓' : '✗';
  console.log(`${mark} ${name}: ${tally.passed} passed, ${tally.failed} failed (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
}

async function vitest(project: string): Promise<Tally> {
  const report = join(scratch, `${project}.json`);
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await command('vitest', ['run', '--project', project, '--passWithNoTests', ...reporters]);
  return ofVitest(report, code);
}

async function build(): Promise<Tally> {
  return tried(() => step('bundles', { remedy: 'mend what does not compile' }, async () => (await buildBundles(instance.root)).join(', ')));
}

/** Without a kubectl there is nothing to drive the API with: that is a failure, which says what to do. */
async function endToEnd(): Promise<Tally> {
  const remedy = 'install kubectl 1.27 or newer from https://kubernetes.io/docs/tasks/tools/ and put it on PATH';
  const found = await tried(() =>
    step('kubectl', { remedy }, async () => (await kubectlVersions()).map(({ version }) => version).join(', ')),
  );
  return found.failed > 0 ? found : vitest('e2e');
}

async function tried(work: () => Promise<void>): Promise<Tally> {
  try {
    await work();
    return single(true);
  } catch (error) {
    showFailure(error);
    return single(false);
  }
}

async function ownRunner(script: string, args: string[]): Promise<Tally> {
  const { code, output } = await command(process.execPath, [script, ...args]);
  return ofLastLine(output, code);
}

function npmRun(script: string): Promise<{ code: number; output: string }> {
  return command('npm', ['run', '--silent', script]);
}

/** Runs a program, showing and keeping what it prints. */
async function command(program: string, args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: testEnvironment });
  const stop = (): unknown => child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), runnerLimitMilliseconds);
  interrupted.signal.addEventListener('abort', stop);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    process.stdout.write(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(late);
  interrupted.signal.removeEventListener('abort', stop);
  return { code: code ?? 1, output };
}

/** Ends the instance that the end-to-end tests share, whoever started it and however they ended. */
async function cleanUp(): Promise<void> {
  const child = spawn(process.execPath, ['infra/local/stop.ts', '--all'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...testEnvironment, KAJITORI_STATE_DIR: stateDirectory },
  });
  await once(child, 'exit');
  await endOwnEngine();
  rmSync(scratch, { recursive: true, force: true });
}

/** Ends the engine that this run started where there was none. */
async function endOwnEngine(): Promise<void> {
  const engine = await readIdentity(engineFile(instance));
  if (engine && engine.pid !== engineBefore?.pid) await endProcess(engine, 'SIGTERM', engineStopLimitMilliseconds);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
mkdirSync(join(instance.root, '.turbo/reports'), { recursive: true });
const asked = process.argv.slice(2);
const results: Tally[] = [];
try {
  await setUp();
  for (const stage of stages.filter(({ name }) => asked.length === 0 || asked.includes(name))) await runStage(stage, results);
} catch (error) {
  results.push(single(false));
  showFailure(error);
} finally {
  await cleanUp();
}
if (interrupted.signal.aborted) results.push(single(false));
const { passed, failed } = sum(results);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`\n${passed} passed, ${failed} failed`);
