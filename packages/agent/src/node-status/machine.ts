import { access, constants, readFile, statfs } from 'node:fs/promises';
import { arch, cpus, networkInterfaces, release, totalmem } from 'node:os';

/** What is known of the machine itself. Files that a machine does not have give empty texts. */
export interface Machine {
  cpuCount: number;
  memoryBytes: number;
  machineId: string;
  systemUuid: string;
  bootId: string;
  kernelVersion: string;
  osImage: string;
  architecture: string;
  addresses: string[];
}

const goArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

export async function readMachine(): Promise<Machine> {
  const [machineId, systemUuid, bootId, osRelease] = await Promise.all(
    ['/etc/machine-id', '/sys/class/dmi/id/product_uuid', '/proc/sys/kernel/random/boot_id', '/etc/os-release'].map(textOf),
  );
  return {
    cpuCount: cpus().length,
    memoryBytes: totalmem(),
    machineId: machineId ?? '',
    systemUuid: systemUuid === '' ? (machineId ?? '') : (systemUuid ?? ''),
    bootId: bootId ?? '',
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease ?? '')?.[1] ?? 'Linux',
    architecture: goArchitectures[arch()] ?? arch(),
    addresses: ownAddresses(),
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    // Not every machine has it, and not every container may read it.
    return '';
  }
}

/** Bridges that container engines make are no addresses of the machine. */
const inner = /^(docker|br-|veth|virbr|cni|flannel|kube)/;

function ownAddresses(): string[] {
  const found = Object.entries(networkInterfaces()).flatMap(([name, addresses]) => (inner.test(name) ? [] : (addresses ?? [])));
  const outer = found.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return [...outer.filter(({ family }) => family === 'IPv4'), ...outer.filter(({ family }) => family === 'IPv6')].map(
    ({ address }) => address,
  );
}

export interface DiskSpace {
  totalBytes: number;
  availableBytes: number;
  freeFiles: number;
  totalFiles: number;
}

/** @throws Error where the disk can be asked nothing, or takes no writes at all. */
export async function diskSpace(path: string): Promise<DiskSpace> {
  // Also for root this tells a file system that is mounted read-only.
  await access(path, constants.W_OK);
  const { bsize, blocks, bavail, files, ffree } = await statfs(path);
  return { totalBytes: bsize * blocks, availableBytes: bsize * bavail, totalFiles: files, freeFiles: ffree };
}

export interface Pressure {
  memoryAvailableBytes: number;
  processes: number;
  maxProcesses: number;
}

export async function readPressure(): Promise<Pressure> {
  const [meminfo = '', loadavg = '', pidMax = '', threadsMax = ''] = await Promise.all(
    ['/proc/meminfo', '/proc/loadavg', '/proc/sys/kernel/pid_max', '/proc/sys/kernel/threads-max'].map(textOf),
  );
  return {
    memoryAvailableBytes: Number(/^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1] ?? 0) * 1024,
    processes: Number(/\/(\d+)/.exec(loadavg)?.[1] ?? 0),
    maxProcesses: Math.min(Number(pidMax) || Number.MAX_SAFE_INTEGER, Number(threadsMax) || Number.MAX_SAFE_INTEGER),
  };
}
