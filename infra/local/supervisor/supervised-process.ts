import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { writeIdentity } from '../process-identity.ts';

/** What to run and keep running. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  stopSignal: NodeJS.Signals;
  stopLimitMilliseconds: number;
}

export type ProcessPhase = 'running' | 'backing off' | 'stopped';

export interface ProcessState {
  name: string;
  phase: ProcessPhase;
  pid: number | undefined;
  /** How often it was started again after it died. */
  restarts: number;
  /** Milliseconds since the epoch of the last start. */
  startedAt: number;
  /** How the last run ended: an exit code or a signal. */
  lastEnd: string | undefined;
}

const firstBackoffMilliseconds = 100;
const maxBackoffMilliseconds = 5_000;
/** A run of this length was a success: the next death starts the back-off anew. */
const healthyAfterMilliseconds = 10_000;

export interface ProcessFiles {
  log: string;
  pid: string;
}

/** Keeps one process running until it is stopped. Its output goes straight to its log, so it outlives this supervisor. */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #files: ProcessFiles;
  #child: ChildProcess | undefined;
  #phase: ProcessPhase = 'stopped';
  #restarts = 0;
  #startedAt = 0;
  #lastEnd: string | undefined;
  #backoffMilliseconds = firstBackoffMilliseconds;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #ended: (() => void) | undefined;

  constructor(spec: ProcessSpec, files: ProcessFiles) {
    this.spec = spec;
    this.#files = files;
  }

  get state(): ProcessState {
    return {
      name: this.spec.name,
      phase: this.#phase,
      pid: this.#child?.pid,
      restarts: this.#restarts,
      startedAt: this.#startedAt,
      lastEnd: this.#lastEnd,
    };
  }

  start(): void {
    const { command, args, env } = this.spec;
    const log = openSync(this.#files.log, 'a');
    const child = spawn(command, args, { env, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    this.#phase = 'running';
    this.#startedAt = Date.now();
    child.once('error', (error) => this.#onEnd(child, error.message));
    child.once('exit', (code, signal) => this.#onEnd(child, String(code ?? signal)));
    if (child.pid !== undefined) void writeIdentity(this.#files.pid, child.pid);
  }

  /** Resolves once the process is gone and stays gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child) {
      const gone = new Promise<void>((resolve) => {
        this.#ended = resolve;
      });
      child.kill(this.spec.stopSignal);
      const hard = setTimeout(() => child.kill('SIGKILL'), this.spec.stopLimitMilliseconds);
      await gone;
      clearTimeout(hard);
    }
    this.#phase = 'stopped';
    await rm(this.#files.pid, { force: true });
  }

  #onEnd(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#lastEnd = how;
    this.#ended?.();
    if (this.#stopping) return;
    if (Date.now() - this.#startedAt >= healthyAfterMilliseconds) this.#backoffMilliseconds = firstBackoffMilliseconds;
    this.#phase = 'backing off';
    this.#timer = setTimeout(() => {
      this.#restarts += 1;
      this.start();
    }, this.#backoffMilliseconds);
    this.#backoffMilliseconds = Math.min(this.#backoffMilliseconds * 2, maxBackoffMilliseconds);
  }
}
