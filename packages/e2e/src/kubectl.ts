import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Longest that one command may take, `wait` and `rollout status` among them. */
const commandMillisecondsMax = 90_000;

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface KubectlOptions {
  binary: string;
  kubeconfig: string;
  cacheDirectory: string;
  /** Beside what every run has: kubectl's gates, for example. */
  environment?: Readonly<Record<string, string>>;
}

/** One kubectl binary against one cluster: what a person types, and what they see. */
export class Kubectl {
  readonly #binary: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor({ binary, kubeconfig, cacheDirectory, environment = {} }: KubectlOptions) {
    this.#binary = binary;
    this.#environment = {
      PATH: process.env['PATH'],
      HOME: cacheDirectory,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: cacheDirectory,
      ...environment,
    };
  }

  /** @throws Error with both outputs when kubectl fails. */
  async run(args: readonly string[], input?: string): Promise<string> {
    const ran = await this.try(args, input);
    if (ran.code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${ran.code}:\n${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  }

  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run([...args, '-o', 'json'])) as T;
  }

  async try(args: readonly string[], input?: string): Promise<Ran> {
    const child = this.start(args);
    const ran: Ran = { code: -1, stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()));
    child.stdin?.end(input ?? '');
    const timer = setTimeout(() => child.kill('SIGKILL'), commandMillisecondsMax);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { ...ran, code: code ?? -1 };
  }

  /** A command that goes on: `port-forward`, `get -w`, `logs -f`. The caller ends it. */
  start(args: readonly string[]): ChildProcess {
    return spawn(this.#binary, args, { env: this.#environment, stdio: ['pipe', 'pipe', 'pipe'] });
  }
}
