import { readFileSync } from 'node:fs';
import { runningSupervisor } from './daemon.ts';
import { instanceOf, readSettings } from './instance.ts';
import { kibibytesOf, treeKibibytes } from './memory.ts';
import { SupervisorControl } from './supervisor/control.ts';
import type { ProcessState } from './supervisor/supervised-process.ts';
import { healthUrls, statusOf } from './wait-for-process.ts';

/** `npm run status`: a table of the processes, and what the servers say of themselves. Exit code 3 when it does not run. */
const instance = instanceOf();
const settings = readSettings(instance);
const supervisor = await runningSupervisor(instance);

if (!supervisor || !settings) {
  console.log('Kajitori is not running: npm start');
  process.exitCode = 3;
} else {
  const { processes } = await new SupervisorControl(instance).state();
  const health = new Map(await Promise.all(Object.entries(healthUrls(settings)).map(healthOf)));
  const supervising: ProcessState = {
    name: 'supervisor',
    phase: 'running',
    pid: supervisor.pid,
    restarts: 0,
    startedAt: startOf(supervisor.pid),
    lastEnd: undefined,
  };
  table([
    ['PROCESS', 'PID', 'STATE', 'READY', 'RESTARTS', 'LAST END', 'UPTIME', 'MEMORY'],
    ...[supervising, ...processes].map((state) => [
      state.name,
      String(state.pid ?? '-'),
      state.phase,
      health.get(state.name) ?? '-',
      String(state.restarts),
      state.lastEnd ?? '-',
      state.pid ? duration(Date.now() - state.startedAt) : '-',
      state.pid ? memory(state) : '-',
    ]),
  ]);
  console.log(`\naddress ${readFileSync(instance.addressFile, 'utf8').trim()}   logs ${instance.logsDirectory}`);
  if (processes.some(({ phase }) => phase !== 'running')) process.exitCode = 1;
}

async function healthOf([name, url]: [string, string]): Promise<[string, string]> {
  const status = await statusOf(url);
  return [name, status === 200 ? 'yes' : `no (${status ?? 'no answer'})`];
}

/** With its descendants, except the supervisor's, who have lines of their own. */
function memory({ name, pid = 0 }: ProcessState): string {
  const kibibytes = name === 'supervisor' ? kibibytesOf(pid) : treeKibibytes(pid);
  return `${Math.round(kibibytes / 1024)} MiB`;
}

function startOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const uptimeSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const ticksPerSecond = 100;
  return Date.now() - (uptimeSeconds - ticks / ticksPerSecond) * 1000;
}

function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m`;
}

function table(rows: string[][]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
