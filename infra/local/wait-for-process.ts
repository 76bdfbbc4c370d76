import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { waitFor } from '@kajitori/servers';
import type { Settings } from './instance.ts';
import type { ServerApp } from './process-specs.ts';
import { StepError } from './progress.ts';
import type { SupervisorControl } from './supervisor/control.ts';

export interface WaitForProcess {
  name: string;
  log: string;
  timeoutMilliseconds: number;
  ready: () => Promise<boolean>;
}

/** A process that died so often at its start will not come up by waiting. A Postgres that was killed holds its lock until it is reaped, which takes some. */
const restartsMax = 6;
const answerLimitMilliseconds = 2_000;

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

/** Where the servers of an instance say whether they can work. */
export function healthUrls({ port, workerPort }: Settings): Record<ServerApp, string> {
  return {
    api: `https://127.0.0.1:${port}/readyz`,
    gateway: `https://127.0.0.1:${port + 1}/readyz`,
    worker: `http://127.0.0.1:${workerPort}/readyz`,
  };
}

/** Whether a GET on this machine answers 200. The certificate is not looked at: only readiness is asked. */
export async function answersOk(url: string): Promise<boolean> {
  return (await statusOf(url)) === 200;
}

/** The HTTP status of a GET on this machine; undefined when nothing answers. */
export function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const call = request(url, { rejectUnauthorized: false, timeout: answerLimitMilliseconds }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.end();
  });
}
