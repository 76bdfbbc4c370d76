import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, waitFor } from '@kajitori/servers';
import { engineAnswers, engineVersion } from './docker-api.ts';
import { logFile } from './instance.ts';
import type { Instance } from './instance.ts';
import { identify, writeIdentity } from './process-identity.ts';
import { StepError } from './progress.ts';
import { runLogged } from './run-logged.ts';
import { dockerPackages, ensurePackages } from './system-packages.ts';

/**
 * Owns: the machine's own Docker Engine, when nobody else started it. Engines outlive `npm stop`, because pods do; and
 * with live-restore pods outlive the engine too.
 */
const defaultSocket = '/var/run/docker.sock';
const defaultPidFile = '/var/run/docker.pid';
const startLimitMilliseconds = 30_000;
export const engineFlags = ['--live-restore', '--log-level=warn'];

export function dockerSocket(): string {
  const host = process.env.DOCKER_HOST;
  return host?.startsWith('unix://') ? host.slice('unix://'.length) : defaultSocket;
}

/** Makes sure that a Docker Engine answers, starting one if none does and we may. Answers its version. */
export async function ensureEngine(instance: Instance): Promise<string> {
  const socket = dockerSocket();
  try {
    return `Engine ${await engineVersion(socket)} on ${socket}`;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES') {
      throw new StepError(`${socket} is closed to this user`, {
        remedy: `run as root, or: sudo usermod -aG docker ${process.env.USER ?? '$USER'} and log in again`,
      });
    }
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw error;
  }
  if (process.getuid?.() !== 0 || socket !== defaultSocket) {
    const install = 'sudo apt-get install -y --no-install-recommends docker.io iptables && sudo systemctl start docker';
    throw new StepError(`no Docker Engine on ${socket}`, { remedy: `start Docker Engine 20.10 or newer; on Debian or Ubuntu: ${install}` });
  }
  await ensurePackages(instance, dockerPackages);
  await startEngine(instance);
  return `started Engine ${await engineVersion(socket)}`;
}

async function startEngine(instance: Instance): Promise<void> {
  const log = logFile(instance, 'dockerd');
  if (existsSync('/run/systemd/system')) await runLogged('systemctl', ['start', 'docker'], { log, remedy: 'journalctl -u docker' });
  // Installing the package may have started it already.
  else if (!(await engineAnswers(defaultSocket))) {
    await dropStalePidFile(defaultPidFile);
    await spawnEngine(log, engineFile(instance), engineFlags);
  }
  await waitFor(() => engineAnswers(defaultSocket), { what: 'dockerd answers', timeoutMilliseconds: startLimitMilliseconds });
}

/** An engine that was killed leaves its pid file, and the next one believes it for as long as anything bears that number. */
export async function dropStalePidFile(file: string): Promise<void> {
  const pid = existsSync(file) ? Number(await readFile(file, 'utf8')) : 0;
  if (!identify(pid)) await rm(file, { force: true });
}

/** Starts a dockerd that outlives us and notes it in a file. */
export async function spawnEngine(log: string, pidFile: string, args: string[], prefix: string[] = []): Promise<void> {
  const dockerd = findProgram('dockerd');
  if (!dockerd) throw new StepError('no dockerd on PATH', { remedy: 'apt-get install -y --no-install-recommends docker.io iptables' });
  const out = openSync(log, 'a');
  const [command, ...rest] = [...prefix, dockerd, ...args] as [string, ...string[]];
  const child = spawn(command, rest, { detached: true, stdio: ['ignore', out, out] });
  child.unref();
  if (child.pid) await writeIdentity(pidFile, child.pid);
}

/** The file that names the engine which we started; its absence says that it is not ours to stop. */
export function engineFile(instance: Instance): string {
  return join(instance.runDirectory, 'dockerd.pid.json');
}
