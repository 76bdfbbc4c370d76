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

/** Processes whose supervisor was killed: they are stateless, or recover, so they are ended and started anew. */
async function endOrphans(instance: Instance): Promise<string[]> {
  const ended: string[] = [];
  const files = (await readdir(instance.runDirectory)).filter((name) => name.endsWith('.pid.json') && !keptFiles.test(name));
  for (const file of files) {
    const path = join(instance.runDirectory, file);
    const orphan = await readIdentity(path);
    if (orphan) {
      const name = file.slice(0, -'.pid.json'.length);
      await endProcess(orphan, name === 'postgres' ? 'SIGINT' : 'SIGTERM', orphanLimitMilliseconds);
      ended.push(name);
    }
    await rm(path, { force: true });
  }
  return ended;
}
