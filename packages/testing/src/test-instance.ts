import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** State directory of the instance that a run's end-to-end tests share. */
export const stateDirectoryVariable = 'KAJITORI_E2E_STATE_DIR';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const startLimitMilliseconds = 180_000;
const outputLimitBytes = 4 * 1024 * 1024;
/** Below the range from which the kernel gives ports to clients, and far from what people choose. */
const portRange = { first: 20_000, last: 30_000, step: 100 };

/** The whole product, started by the same scripts as for a person, under a state directory of its own. */
export interface TestInstance extends AsyncDisposable {
  readonly stateDirectory: string;
  readonly kubeconfigFile: string;
  /** Base URL of /v1. */
  readonly address: string;
  readonly apiKey: string;
  /** PEM of the authority behind all its certificates. */
  readonly certificateAuthority: string;
  /** Runs one of the npm scripts' files on it, such as `infra/local/stop.ts`. */
  script(file: string, ...args: string[]): Promise<string>;
}

export interface TestInstanceOptions {
  nodes?: number;
  /** The examples' images in its engines. */
  images?: boolean;
  /** Where its state is to lie; a new folder otherwise. */
  stateDirectory?: string;
}

/** Starts an instance. Disposing it stops everything and removes its pods, engines and data. */
export async function startTestInstance({ nodes = 1, images = true, stateDirectory }: TestInstanceOptions = {}): Promise<TestInstance> {
  const directory = stateDirectory ?? (await mkdtemp(join(tmpdir(), 'kajitori-instance-')));
  const script = scriptRunner(directory);
  const stop = async (): Promise<void> => {
    await script('infra/local/stop.ts', '--all');
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await script('infra/local/start.ts', '--detach', '--port', String(await freePortBlock()), '--nodes', String(nodes));
    if (images && nodes > 0) await script('infra/images/build.ts');
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...(await openTestInstance(directory)), [Symbol.asyncDispose]: stop };
}

/** An instance that somebody else started and will stop. */
export async function openTestInstance(directory = process.env[stateDirectoryVariable]): Promise<TestInstance> {
  if (!directory) throw new Error(`${stateDirectoryVariable} is not set: run this in vitest's project e2e`);
  const read = async (name: string): Promise<string> => (await readFile(join(directory, name), 'utf8')).trim();
  return {
    stateDirectory: directory,
    kubeconfigFile: join(directory, 'kubeconfig'),
    address: await read('address'),
    apiKey: await read('api-key'),
    certificateAuthority: await read('ca.crt'),
    script: scriptRunner(directory),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function scriptRunner(directory: string): TestInstance['script'] {
  const env = { ...process.env, KAJITORI_STATE_DIR: directory };
  return async (file, ...args) => {
    try {
      const options = { cwd: root, env, timeout: startLimitMilliseconds, maxBuffer: outputLimitBytes };
      return (await run(process.execPath, [join(root, file), ...args], options)).stdout;
    } catch (error) {
      const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
      throw new Error(`${file} ${args.join(' ')} failed:\n${stdout}${stderr || message}`, { cause: error });
    }
  };
}

/** A port that is free together with the nine after it. */
export async function freePortBlock(): Promise<number> {
  const blocks = (portRange.last - portRange.first) / portRange.step;
  for (let attempt = 0; attempt < blocks; attempt += 1) {
    const first = portRange.first + portRange.step * Math.floor(Math.random() * blocks);
    const taken = await Promise.all(Array.from({ length: 10 }, (_, offset) => isTaken(first + offset)));
    if (!taken.includes(true)) return first;
  }
  throw new Error(`no ten free ports in a row from ${portRange.first} to ${portRange.last}`);
}

async function isTaken(port: number): Promise<boolean> {
  const server = createServer().listen({ port, host: '0.0.0.0', exclusive: true });
  try {
    await once(server, 'listening');
    return false;
  } catch {
    return true;
  } finally {
    server.close();
  }
}
