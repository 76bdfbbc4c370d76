import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SupervisorControl } from '../../local/supervisor/control.ts';
import { startBenchInstance } from '../bench-instance.ts';
import type { BenchInstance } from '../bench-instance.ts';
import { LoadClient } from '../load.ts';
import type { Target } from '../load.ts';
import { percentile } from '../measurement.ts';
import type { BenchContext, BenchGroup } from '../measurement.ts';
import { noises } from './noises.ts';
import { QuietTenant } from './quiet-tenant.ts';

const run = promisify(execFile);
const serverCore = '0';
const loadCore = '1';
/** Of each kind of noise, and of all together. */
const seconds = 20;
const aloneSeconds = 30;
const warmUpSeconds = 8;
/** Noise that has begun is not yet at its height, and its place not yet found: what the quiet tenant feels of that is told beside the rest. */
const beginSeconds = 10;

export const neighbours: BenchGroup = {
  name: 'neighbours',
  description:
    "a quiet tenant's p99 beside one at ten times its limits, against what it is alone: all servers on one core, all load on another",
  run: measure,
};

async function measure(context: BenchContext): Promise<void> {
  if (availableParallelism() < 2) throw new Error('two cores are needed: one for the servers, one for the load');
  await using bench = await startBenchInstance({ nodes: 0 });
  await pinServers(bench);
  await run('taskset', ['-apc', loadCore, String(process.pid)]);
  const [quietTarget, noisyTarget] = [await cluster(bench, 'quiet'), await cluster(bench, 'noisy')];
  const file = join(bench.instance.directory, 'noisy-target.json');
  await writeFile(file, JSON.stringify(noisyTarget), { mode: 0o600 });
  using quiet = new QuietTenant(quietTarget);
  await quiet.prepare();
  await quiet.work(warmUpSeconds, context.signal);
  const alone = await quiet.work(aloneSeconds, context.signal);
  context.log(`alone: p50 ${percentile(alone, 0.5).toFixed(1)} ms, p99 ${percentile(alone, 0.99).toFixed(1)} ms`);
  const chosen = process.env['NOISES']?.split(',');
  for (const name of chosen ?? Object.keys(noises)) await beside(context, { quiet, alone, file, name, kinds: [name] });
  if (chosen === undefined) await beside(context, { quiet, alone, file, name: 'all', kinds: Object.keys(noises) });
  await quiet.work(beginSeconds, context.signal);
  const after = await quiet.work(aloneSeconds / 2, context.signal);
  context.log(`alone again: p50 ${percentile(after, 0.5).toFixed(1)} ms, p99 ${percentile(after, 0.99).toFixed(1)} ms`);
}

async function beside(
  { report, signal, log }: BenchContext,
  { quiet, alone, file, name, kinds }: { quiet: QuietTenant; alone: number[]; file: string; name: string; kinds: string[] },
): Promise<void> {
  // Its own pace must not be what slows the tenant that is measured.
  const args = ['-n', '5', 'taskset', '-c', loadCore, process.execPath, 'infra/bench/neighbours/run-noise.ts', file, ...kinds];
  const noise = spawn('nice', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = text(noise.stdout);
  try {
    const beginning = await quiet.work(beginSeconds, signal);
    log(`${name}, as it begins: p50 ${percentile(beginning, 0.5).toFixed(1)} ms, most ${Math.max(...beginning).toFixed(0)} ms`);
    const milliseconds = await quiet.work(seconds, signal);
    const [value, floor] = [percentile(milliseconds, 0.99), percentile(alone, 0.99)];
    log(`${name}: p50 ${percentile(milliseconds, 0.5).toFixed(1)} ms, most ${Math.max(...milliseconds).toFixed(0)} ms`);
    report({ name: `neighbours.${name}.p99`, value, unit: 'ms', floor, goal: 1.5, better: 'lower' });
  } finally {
    noise.kill('SIGTERM');
    if (noise.exitCode === null && noise.signalCode === null) await once(noise, 'exit');
  }
  const answers = JSON.parse((await said) || '{}') as Record<string, number>;
  log(`${name}: the noisy tenant was answered ${JSON.stringify(answers)}`);
  // By a 429, or by a connection that was closed before it began.
  report({
    name: `neighbours.${name}.refused`,
    value: (answers['429'] ?? 0) + (answers['0'] ?? 0),
    unit: 'answers',
    goal: 1,
    better: 'higher',
  });
}

/** Everything that serves, and what it starts from now on. */
async function pinServers({ instance }: BenchInstance): Promise<void> {
  const { processes } = await new SupervisorControl(instance).state();
  for (const { pid } of processes) {
    if (pid === undefined) continue;
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]).catch(() => ({ stdout: '' }));
    for (const found of [String(pid), ...stdout.split('\n').map((line) => line.trim())].filter((one) => one !== ''))
      await run('taskset', ['-apc', serverCore, found]).catch(() => undefined);
  }
}

/** A cluster of its own, which answers. */
async function cluster({ management }: BenchInstance, name: string): Promise<Target> {
  using client = new LoadClient(management, 1);
  const made = await client.send({ method: 'POST', path: '/v1/clusters', body: JSON.stringify({ name }) });
  const target = { ...management, url: (JSON.parse(made.toString()) as { server: string }).server };
  using own = new LoadClient(target, 1);
  for (let tries = 0; tries < 100; tries += 1) {
    const answers = await own.send({ method: 'GET', path: '/api/v1/namespaces/default' }).then(
      () => true,
      () => false,
    );
    if (answers) return target;
    await sleep(50);
  }
  throw new Error(`cluster ${name} does not answer`);
}
