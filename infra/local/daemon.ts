import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@kajitori/servers';
import { logFile } from './instance.ts';
import type { Instance } from './instance.ts';
import { endProcess, isAlive, readIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { SupervisorControl } from './supervisor/control.ts';

/** The life of the supervisor, seen from the scripts. */
const startLimitMilliseconds = 10_000;
const stopLimitMilliseconds = 60_000;
const orphanLimitMilliseconds = 10_000;
const supervisorFile = 'supervisor.pid.json';
/** What the others need while they end, with the signal that ends it. */
const stores: Record<string, NodeJS.Signals> = { redis: 'SIGTERM', postgres: 'SIGINT' };
/** Engines outlive the supervisor by design. */
const keptFiles = /^(supervisor|dockerd.*)\.pid\.json$/;

export function runningSupervisor(instance: Instance): Promise<ProcessIdentity | undefined> {
  return readIdentity(join(instance.runDirectory, supervisorFile));
}

export async function startSupervisor(instance: Instance): Promise<SupervisorControl> {
  const out = openSync(logFile(instance, 'supervisor'), 'a');
  const script = join(import.meta.dirname, 'supervisor/run.ts');
  const child = spawn(process.execPath, [script], {
    cwd: instance.root,
    detached: true,
    stdio: ['ignore', out, out],
    env: { ...process.env, KAJITORI_STATE_DIR: instance.directory },
  });
  child.unref();
  closeSync(out);
  const control = new SupervisorControl(instance);
  await waitFor(async () => (await control.state()) && child.pid !== undefined, {
    what: 'the supervisor answers',
    timeoutMilliseconds: startLimitMilliseconds,
  });
  return control;
}

/** Ends the supervisor with all that it runs, then whatever an earlier one left. Answers the names of the latter. */
export async function stopSupervisor(instance: Instance): Promise<string[]> {
  const supervisor = await runningSupervisor(instance);
  if (supervisor) await endSupervisor(instance, supervisor);
  return endOrphans(instance);
}

async function endSupervisor(instance: Instance, supervisor: ProcessIdentity): Promise<void> {
  await new SupervisorControl(instance).shutdown().catch(() => process.kill(supervisor.pid, 'SIGTERM'));
  const deadline = performance.now() + stopLimitMilliseconds;
  while (isAlive(supervisor) && performance.now() < deadline) await sleep(50);
  await endProcess(supervisor, 'SIGKILL', 0);
}

/**
 * Processes whose supervisor was killed: they are stateless, or recover, so they are ended and started anew. Those that
 * others need to end in an orderly way come last.
 */
async function endOrphans(instance: Instance): Promise<string[]> {
  const files = (await readdir(instance.runDirectory)).filter((name) => name.endsWith('.pid.json') && !keptFiles.test(name));
  const names = files.map((file) => file.slice(0, -'.pid.json'.length));
  const ended = await Promise.all(names.filter((name) => !(name in stores)).map((name) => endOrphan(instance, name, 'SIGTERM')));
  for (const [name, signal] of Object.entries(stores)) if (names.includes(name)) ended.push(await endOrphan(instance, name, signal));
  return ended.filter((name) => name !== undefined);
}

/** Answers the name if it still ran. */
async function endOrphan(instance: Instance, name: string, signal: NodeJS.Signals): Promise<string | undefined> {
  const path = join(instance.runDirectory, `${name}.pid.json`);
  const orphan = await readIdentity(path);
  if (orphan) await endProcess(orphan, signal, orphanLimitMilliseconds);
  await rm(path, { force: true });
  return orphan && name;
}
