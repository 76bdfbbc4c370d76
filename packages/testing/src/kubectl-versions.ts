import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@kajitori/servers';

const run = promisify(execFile);

/** Older ones lack what the tests use; their discovery and exec are of another age. */
export const oldestKubectlMinor = 27;

export interface Kubectl {
  path: string;
  /** `1.33.2` */
  version: string;
  minor: number;
}

/** The kubectl on PATH. @throws Error that says what to install when there is none or it is older than 1.27. */
export async function kubectl(): Promise<Kubectl> {
  const path = findProgram('kubectl');
  const remedy = 'install kubectl 1.27 or newer from https://kubernetes.io/docs/tasks/tools/ and put it on PATH';
  if (!path) throw new Error(`no kubectl on PATH: ${remedy}`);
  const found = await describe(path);
  if (found.minor < oldestKubectlMinor) throw new Error(`${path} is ${found.version}: ${remedy}`);
  return found;
}

/** One kubectl of each minor version: those named `kubectl.1.N` beside the one on PATH, and that one. Oldest first. */
export async function kubectlVersions(): Promise<Kubectl[]> {
  const main = await kubectl();
  const folder = dirname(await realpath(main.path));
  const names = (await readdir(folder)).filter((name) => /^kubectl\.1\.\d+$/.test(name));
  const others = await Promise.all(names.map((name) => describe(join(folder, name))));
  const byMinor = new Map([...others, main].map((found) => [found.minor, found]));
  return [...byMinor.values()].filter(({ minor }) => minor >= oldestKubectlMinor).sort((a, b) => a.minor - b.minor);
}

async function describe(path: string): Promise<Kubectl> {
  const { stdout } = await run(path, ['version', '--client', '--output=json']);
  const { clientVersion } = JSON.parse(stdout) as {
    clientVersion: { gitVersion: string; minor: string };
  };
  return {
    path,
    version: clientVersion.gitVersion.replace(/^v/, ''),
    minor: Number.parseInt(clientVersion.minor, 10),
  };
}
