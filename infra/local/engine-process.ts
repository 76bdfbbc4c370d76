import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { findProgram, waitFor } from '@kajitori/servers';
import { engineAnswers } from './docker-api.ts';
import { identify, readIdentity, writeIdentity } from './process-identity.ts';
import { StepError } from './progress.ts';

/**
 * A Docker Engine of ours. It outlives every script and the supervisor, because pods do; with live-restore they outlive
 * the engine too.
 */
export interface EngineProcess {
  socket: string;
  log: string;
  /** Where we note which process it is. */
  identityFile: string;
  /** Where the engine and its containerd note their process ids themselves. */
  pidFiles: string[];
  args: string[];
  /** What runs the engine's command, such as nsenter. */
  prefix: string[];
}

const startLimitMilliseconds = 60_000;
const pollMilliseconds = 250;
const usualFlags = ['--live-restore', '--log-level=warn'];

/** Makes the engine answer, starting it as often as it ends before that. */
export async function startEngineProcess(engine: EngineProcess): Promise<void> {
  const answers = async (): Promise<boolean> => {
    if (await engineAnswers(engine.socket)) return true;
    if (!(await readIdentity(engine.identityFile))) await spawnEngine(engine);
    return false;
  };
  const what = `an engine answers on ${engine.socket}`;
  await waitFor(answers, { what, timeoutMilliseconds: startLimitMilliseconds, intervalMilliseconds: pollMilliseconds });
}

async function spawnEngine({ log, identityFile, pidFiles, args, prefix }: EngineProcess): Promise<void> {
  const dockerd = findProgram('dockerd');
  if (!dockerd) throw new StepError('no dockerd on PATH', { remedy: 'apt-get install -y --no-install-recommends docker.io iptables' });
  for (const file of pidFiles) await dropStalePidFile(file);
  const out = openSync(log, 'a');
  const [command, ...rest] = [...prefix, dockerd, ...args, ...usualFlags];
  const child = spawn(command ?? dockerd, rest, { detached: true, stdio: ['ignore', out, out] });
  child.on('error', () => undefined);
  closeSync(out);
  child.unref();
  if (child.pid) await writeIdentity(identityFile, child.pid);
}

/** An engine that was killed leaves its pid file, and the next one believes it for as long as anything bears that number. */
async function dropStalePidFile(file: string): Promise<void> {
  const pid = existsSync(file) ? Number(await readFile(file, 'utf8')) : 0;
  if (!identify(pid)) await rm(file, { force: true });
}
