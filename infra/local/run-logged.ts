import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { StepError } from './progress.ts';

export interface RunLoggedOptions {
  log: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  remedy?: string;
}

/** Runs a command to its end with its output appended to a log. @throws StepError that names the log. */
export async function runLogged(command: string, args: string[], { log, env, cwd, remedy }: RunLoggedOptions): Promise<void> {
  const out = openSync(log, 'a');
  try {
    writeSync(out, `$ ${command} ${args.join(' ')}\n`);
    const child = spawn(command, args, { stdio: ['ignore', out, out], env: env ?? process.env, cwd });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (code !== 0) throw new Error(`ended with ${code ?? signal}`);
  } catch (cause) {
    throw new StepError(`${command} ${args.slice(0, 3).join(' ')}`, { log, cause, ...(remedy ? { remedy } : {}) });
  } finally {
    closeSync(out);
  }
}
