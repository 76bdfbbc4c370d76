import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Unmounts what agents and engines that were killed left mounted at or below a folder, the deepest first. */
export async function unmountAll(directory: string): Promise<void> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const points = lines.map((line) => line.split(' ')[4] ?? '').filter((point) => point === directory || point.startsWith(`${directory}/`));
  for (const point of points.reverse()) await run('umount', ['--lazy', point]);
}
