/**
 * What a container uses, from the files of its control group: some reads, and no word with the engine. Version 1 of control groups and version 2.
 * The group is found by the container's first process once; where this machine does not show it (the agent in a container of its own, an engine elsewhere),
 * there is none, and the engine is asked instead.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One look: CPU is a counter that only grows. */
export interface RawUsage {
  cpuNanoseconds: number;
  memoryWorkingSetBytes: number;
  memoryUsageBytes: number;
  memoryRssBytes: number;
}

/** Where the files of a container's groups lie. */
export type CgroupPlace = { version: 1; cpuacct: string; memory: string } | { version: 2; directory: string };

const root = '/sys/fs/cgroup';

/** Of the lines of /proc/PID/cgroup. Undefined when they do not name the container: the process is then another's. */
export function cgroupPlace(lines: string, containerId: string): CgroupPlace | undefined {
  const paths = new Map<string, string>();
  for (const line of lines.split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path.includes(containerId)) for (const name of controllers.split(',')) paths.set(name, path);
  }
  const [cpuacct, memory, unified] = [paths.get('cpuacct'), paths.get('memory'), paths.get('')];
  if (cpuacct !== undefined && memory !== undefined)
    return { version: 1, cpuacct: join(root, 'cpuacct', cpuacct), memory: join(root, 'memory', memory) };
  return unified === undefined ? undefined : { version: 2, directory: join(root, unified) };
}

/** @throws when the process is gone. */
export async function findCgroup(processId: number, containerId: string): Promise<CgroupPlace | undefined> {
  return cgroupPlace(await readFile(`/proc/${processId}/cgroup`, 'utf8'), containerId);
}

/** @throws when the group is gone. */
export async function readCgroup(place: CgroupPlace): Promise<RawUsage> {
  const read = (...path: string[]): Promise<string> => readFile(join(...path), 'utf8');
  if (place.version === 1) {
    const [cpu, usage, stat] = await Promise.all([
      read(place.cpuacct, 'cpuacct.usage'),
      read(place.memory, 'memory.usage_in_bytes'),
      read(place.memory, 'memory.stat'),
    ]);
    return {
      cpuNanoseconds: Number(cpu),
      ...memoryUsage(Number(usage), stat, { inactiveFile: 'total_inactive_file', anonymous: 'total_rss' }),
    };
  }
  const [cpu, usage, stat] = await Promise.all([
    read(place.directory, 'cpu.stat'),
    read(place.directory, 'memory.current'),
    read(place.directory, 'memory.stat'),
  ]);
  return {
    cpuNanoseconds: statValue(cpu, 'usage_usec') * 1000,
    ...memoryUsage(Number(usage), stat, { inactiveFile: 'inactive_file', anonymous: 'anon' }),
  };
}

/** The working set is what is used, but for cached files that nobody has looked at for long: a kubelet's rule. */
function memoryUsage(usage: number, stat: string, names: { inactiveFile: string; anonymous: string }): Omit<RawUsage, 'cpuNanoseconds'> {
  return {
    memoryUsageBytes: usage,
    memoryWorkingSetBytes: Math.max(0, usage - statValue(stat, names.inactiveFile)),
    memoryRssBytes: statValue(stat, names.anonymous),
  };
}

function statValue(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}
