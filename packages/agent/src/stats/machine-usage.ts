import { readFile } from 'node:fs/promises';
import type { RawUsage } from './cgroup-usage.ts';

export interface MachineUsage extends RawUsage {
  memoryAvailableBytes: number;
  bootedAt: Date;
}

/** The kernel counts processor time in these. */
const tickNanoseconds = 10_000_000;

/** What the whole machine uses. */
export async function readMachineUsage(): Promise<MachineUsage> {
  const [stat, memory] = await Promise.all([readFile('/proc/stat', 'utf8'), readFile('/proc/meminfo', 'utf8')]);
  return machineUsage(stat, memory);
}

export function machineUsage(stat: string, memory: string): MachineUsage {
  // user nice system idle iowait irq softirq steal; time of guests is within user.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '')
    .split(' ')
    .map(Number);
  const bytes = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(memory)?.[1] ?? 0) * 1024;
  const used = bytes('MemTotal') - bytes('MemFree');
  return {
    cpuNanoseconds: (user + nice + system + irq + softirq + steal) * tickNanoseconds,
    memoryUsageBytes: used,
    memoryWorkingSetBytes: Math.max(0, used - bytes('Inactive\\(file\\)')),
    memoryRssBytes: bytes('AnonPages'),
    memoryAvailableBytes: bytes('MemAvailable'),
    bootedAt: new Date(Number(/^btime (\d+)$/m.exec(stat)?.[1] ?? 0) * 1000),
  };
}
