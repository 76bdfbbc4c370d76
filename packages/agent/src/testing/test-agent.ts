import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newSecretToken } from '@kajitori/apimachinery';

export const dockerSocket = '/var/run/docker.sock';
const program = fileURLToPath(new URL('./agent-process.ts', import.meta.url));

/** A real agent in a process of its own, so that it can be killed like one. */
export class TestAgent implements AsyncDisposable {
  readonly stateDir: string;
  readonly #url: () => URL;
  readonly #dockerSocket: string;
  readonly #joinToken = newSecretToken('joinToken');
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(stateDir: string, url: () => URL, socket: string) {
    this.stateDir = stateDir;
    this.#url = url;
    this.#dockerSocket = socket;
  }

  /** `prepare` may do something with the state directory before the agent sees it. */
  static async start(
    url: () => URL,
    { socket = dockerSocket, prepare }: { socket?: string; prepare?: (stateDir: string) => void } = {},
  ): Promise<TestAgent> {
    const agent = new TestAgent(await mkdtemp(join(tmpdir(), 'agent-')), url, socket);
    prepare?.(agent.stateDir);
    agent.start();
    return agent;
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  start(): void {
    const options = { gatewayUrl: this.#url().href, stateDir: this.stateDir, dockerSocket: this.#dockerSocket, joinToken: this.#joinToken };
    this.#process = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const output of [this.#process.stdout, this.#process.stderr])
      output?.on('data', (chunk: Buffer) => (this.#output += chunk.toString('utf8')));
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.stateDir, { recursive: true, force: true });
  }
}
