import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeSecret } from './instance.ts';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after boot at which it started. */
  startTime: string;
  /** Of the machine: after a reboot nothing is the same process. */
  bootId: string;
}

const pollMilliseconds = 50;

/** Undefined when there is no such process, or it has ended and only waits to be collected. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; what follows it is regular.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const startTime = fields[19];
    if (state === 'Z' || state === 'X' || !startTime) return undefined;
    return { pid, startTime, bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
  } catch {
    return undefined;
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  const found = identify(identity.pid);
  return found?.startTime === identity.startTime && found.bootId === identity.bootId;
}

/** Notes a running process in a file. */
export async function writeIdentity(file: string, pid: number): Promise<void> {
  const identity = identify(pid);
  if (identity) await writeSecret(file, `${JSON.stringify(identity)}\n`);
  else await rm(file, { force: true });
}

/** The process noted in the file, if it is still the same one and runs. */
export async function readIdentity(file: string): Promise<ProcessIdentity | undefined> {
  try {
    const identity = JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity;
    return isAlive(identity) ? identity : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Asks a process to end, kills it when it does not within the limit, and resolves once it is gone. */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, limitMilliseconds: number): Promise<void> {
  const deadline = performance.now() + limitMilliseconds;
  if (isAlive(identity)) process.kill(identity.pid, signal);
  while (isAlive(identity)) {
    if (performance.now() > deadline) process.kill(identity.pid, 'SIGKILL');
    await sleep(pollMilliseconds);
  }
}
