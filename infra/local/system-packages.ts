import { existsSync } from 'node:fs';
import { findProgram } from '@kajitori/servers';
import { logFile } from './instance.ts';
import type { Instance } from './instance.ts';
import { StepError } from './progress.ts';
import { runLogged } from './run-logged.ts';

/** A program of the machine that the product needs, and the Debian or Ubuntu package that has it. */
export interface SystemPackage {
  /** Any of these will do. */
  programs: string[];
  /** Where the package lies, when it has no program. */
  directory?: string;
  package: string;
}

export const redisPackage: SystemPackage = { programs: ['redis-server', 'valkey-server'], package: 'redis-server' };
export const dockerPackages: SystemPackage[] = [
  { programs: ['dockerd'], package: 'docker.io' },
  { programs: ['iptables'], package: 'iptables' },
];
export const nodePackages: SystemPackage[] = [
  { programs: ['nft'], package: 'nftables' },
  { programs: ['ip'], package: 'iproute2' },
];

/** A client of another language, for the end-to-end tests. */
export const pythonClientPackage: SystemPackage = {
  programs: [],
  directory: '/usr/lib/python3/dist-packages/kubernetes',
  package: 'python3-kubernetes',
};

/** One node uses the machine's engine, which is looked for apart; several need engines of their own. */
export function packagesForNodes(count: number): SystemPackage[] {
  if (count === 0) return [];
  return count === 1 ? nodePackages : [...nodePackages, ...dockerPackages];
}

const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

/** Whether this user may install packages, start engines and make networks. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function isThere({ programs, directory }: SystemPackage): boolean {
  return programs.some((name) => findProgram(name)) || (directory !== undefined && existsSync(directory));
}

/** Installs what is missing, when this user may. @throws StepError with one line that says what to install and how. */
export async function ensurePackages(instance: Instance, wanted: SystemPackage[]): Promise<string> {
  const missing = wanted.filter((each) => !isThere(each)).map((each) => each.package);
  if (missing.length === 0) return '';
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!isRoot() || findProgram('apt-get') === undefined) {
    const whose = isRoot() ? 'there is no apt-get to install it with' : 'only root may install it';
    throw new StepError(`missing on this machine, and ${whose}: ${missing.join(', ')}`, {
      remedy: isRoot() ? `install with this system's own package manager: ${missing.join(', ')}` : `on Debian or Ubuntu: sudo ${install}`,
    });
  }
  const log = logFile(instance, 'apt');
  const [command, ...args] = install.split(' ') as [string, ...string[]];
  try {
    await runLogged(command, args, { log, env: aptEnvironment });
  } catch {
    await runLogged('apt-get', ['update'], {
      log,
      env: aptEnvironment,
      remedy: 'apt-get update must pass: check the network and the sources of apt',
    });
    await runLogged(command, args, { log, env: aptEnvironment, remedy: install });
  }
  return `installed ${missing.join(', ')}`;
}
