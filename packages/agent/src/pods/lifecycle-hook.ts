import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Container, LifecycleHandler } from '@kajitori/kinds';

export interface HookTarget {
  container: Container;
  podIp: string;
  run: (command: readonly string[], timeoutMilliseconds: number) => Promise<{ exitCode: number | undefined; output: string }>;
  timeoutMilliseconds: number;
  signal: AbortSignal;
}

/** Carries out a postStart or preStop hook. @throws Error when it failed or took too long. */
export async function runHook(hook: LifecycleHandler, target: HookTarget): Promise<void> {
  if (hook.exec !== undefined) {
    const command = hook.exec.command ?? [];
    const { exitCode, output } = await target.run(command, target.timeoutMilliseconds);
    if (exitCode === undefined) throw new Error(`command '${command.join(' ')}' took too long`);
    if (exitCode !== 0) throw new Error(`command '${command.join(' ')}' exited with ${exitCode}: ${output}`);
  } else if (hook.httpGet !== undefined) await httpHook(hook.httpGet, target);
  else if (hook.sleep !== undefined) await sleep(Math.min(hook.sleep.seconds * 1000, target.timeoutMilliseconds), target.signal);
}

type HttpGet = NonNullable<LifecycleHandler['httpGet']>;

function httpHook(
  { scheme, host, port, path, httpHeaders = [] }: HttpGet,
  { container, podIp, timeoutMilliseconds, signal }: HookTarget,
): Promise<void> {
  const number = typeof port === 'number' ? port : (container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port));
  const options = {
    host: host === undefined || host === '' ? podIp : host,
    port: number,
    path: path?.startsWith('/') === true ? path : `/${path ?? ''}`,
    headers: Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value])),
    agent: false,
    rejectUnauthorized: false,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
  };
  return new Promise((resolve, reject) => {
    const asking = scheme === 'HTTPS' ? secureRequest(options) : request(options);
    asking.once('error', reject);
    asking.once('response', (response) => {
      response.resume();
      if ((response.statusCode ?? 500) < 400) resolve();
      else reject(new Error(`the hook answered with status code ${response.statusCode}`));
    });
    asking.end();
  });
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
