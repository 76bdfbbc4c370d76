import { request } from 'node:https';
import { waitFor } from '@kajitori/servers';
import { StepError } from './progress.ts';
import type { SupervisorControl } from './supervisor/control.ts';

export interface WaitForProcess {
  name: string;
  log: string;
  timeoutMilliseconds: number;
  ready: () => Promise<boolean>;
}

/** A process that died so often at its start will not come up by waiting. */
const restartsMax = 3;
/** Longer than a process takes to find out that it cannot start. */
const steadyMilliseconds = 1_000;

/** Waits until a supervised process is ready. @throws StepError that names its log, early when it keeps dying. */
export async function waitForProcess(control: SupervisorControl, { name, log, timeoutMilliseconds, ready }: WaitForProcess): Promise<void> {
  const dying = new AbortController();
  const ask = async (): Promise<boolean> => {
    if (await ready()) return true;
    const { processes } = await control.state();
    const state = processes.find((one) => one.name === name);
    if (state && state.restarts >= restartsMax) dying.abort(new Error(`${name} keeps dying (${state.lastEnd})`));
    return false;
  };
  try {
    await waitFor(ask, { what: `${name} is ready`, timeoutMilliseconds, signal: dying.signal });
  } catch (cause) {
    const error = dying.signal.aborted ? (dying.signal.reason as Error) : (cause as Error);
    throw new StepError(error.message, { log, remedy: 'read the log, then npm start again', cause: error.cause });
  }
}

/** For a process that answers nowhere: whether it has run for a while without dying. */
export async function runsSteadily(control: SupervisorControl, name: string): Promise<boolean> {
  const { processes } = await control.state();
  return processes.some((state) => state.name === name && state.phase === 'running' && Date.now() - state.startedAt > steadyMilliseconds);
}

/** Whether a GET over TLS on this machine answers 200. The certificate is not looked at: only readiness is asked. */
export async function answersOk(url: string): Promise<boolean> {
  return (await statusOf(url)) === 200;
}

/** The HTTP status of a GET over TLS on this machine; undefined when nothing answers. */
export function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const call = request(url, { rejectUnauthorized: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.end();
  });
}
