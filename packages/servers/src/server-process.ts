import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import type { Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { waitFor } from './wait-for.ts';

/** A command that stays in the foreground while the server lives. Data, so that any supervisor can run it. */
export interface ServerCommand {
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** Asks the server for an orderly end. */
  stopSignal: NodeJS.Signals;
}

/** The path of a program, or undefined when PATH (or the folders where distributions keep servers) has none. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The same server, but the kernel stops it when the thread that started it dies, even by SIGKILL. Unchanged where
 * util-linux's setpriv is missing.
 */
export function dyingWithParent(server: ServerCommand): ServerCommand {
  const setpriv = findProgram('setpriv');
  if (!setpriv) return server;
  const signal = ['--pdeathsig', server.stopSignal.replace(/^SIG/, '')];
  // A second setpriv would clear the signal by changing the user: one call does both.
  const inner = server.command === setpriv ? server.args : [server.command, ...server.args];
  return { ...server, command: setpriv, args: [...signal, ...inner] };
}

const stopLimitMilliseconds = 10_000;
const outputLimitCharacters = 20_000;

/** A server as a child of this process. Disposing it waits for its end. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #server: ServerCommand;
  #output = '';

  private constructor(server: ServerCommand, child: ChildProcess) {
    this.#server = server;
    this.#child = child;
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-outputLimitCharacters);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  /** Starts the server and resolves once `ready` says so. It dies with this process. @throws when it ends before that. */
  static async start(server: ServerCommand, ready: () => Promise<boolean>): Promise<ServerProcess> {
    const { command, args, env } = dyingWithParent(server);
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new ServerProcess(server, child);
    const ended = new AbortController();
    child.once('error', (error) => ended.abort(error));
    child.once('exit', (code, signal) => ended.abort(new Error(`${server.command} ended (${code ?? signal}):\n${started.output}`)));
    await waitFor(ready, {
      what: `${server.command} answers`,
      timeoutMilliseconds: 30_000,
      signal: ended.signal,
    });
    return started;
  }

  /** Lets this process end while the server still runs; the server dies with it. */
  unref(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdout, this.#child.stderr]) (stream as Socket | null)?.unref();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The end of what the server printed. */
  get output(): string {
    return this.#output;
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends a signal and resolves once the process is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    const hard = setTimeout(() => this.#child.kill('SIGKILL'), stopLimitMilliseconds);
    await gone;
    clearTimeout(hard);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end(this.#server.stopSignal);
  }
}
