import { setTimeout as sleep } from 'node:timers/promises';
import { runningSupervisor } from './daemon.ts';
import type { Instance } from './instance.ts';
import { stopInstance } from './stop-instance.ts';
import { SupervisorControl } from './supervisor/control.ts';

const pollMilliseconds = 1_000;

/** Shows what dies and is started again until Ctrl-C, which stops the instance; or until npm stop does it elsewhere. */
export async function stayInForeground(instance: Instance): Promise<void> {
  console.error('Ctrl-C stops it.');
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  const seen = new Map<string, number>();
  while (!interrupted.signal.aborted) {
    if (!(await runningSupervisor(instance))) return console.error('stopped from elsewhere');
    await showRestarts(instance, seen);
    await sleep(pollMilliseconds, undefined, { signal: interrupted.signal }).catch(() => undefined);
  }
  console.error('\nstopping');
  await stopInstance(instance, { all: false });
}

async function showRestarts(instance: Instance, seen: Map<string, number>): Promise<void> {
  const state = await new SupervisorControl(instance).state().catch(() => undefined);
  for (const { name, restarts, lastEnd } of state?.processes ?? []) {
    const before = seen.get(name);
    if (before !== undefined && restarts > before) console.error(`${name} ended (${lastEnd}) and was started again`);
    seen.set(name, restarts);
  }
}
