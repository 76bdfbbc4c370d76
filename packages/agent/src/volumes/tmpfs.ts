import { execFile } from 'node:child_process';
import { type FileHandle, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** All places where something is mounted, as the kernel names them. */
export async function mountPoints(): Promise<Set<string>> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return new Set(
    lines.flatMap(
      (line) =>
        line.split(' ')[4]?.replaceAll(/\\(\d{3})/g, (_all, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8))) ?? [],
    ),
  );
}

/** Mounts memory there, unless it is already. */
export async function mountTmpfs(directory: string, options: { mode: string; sizeBytes?: number | undefined }): Promise<void> {
  if ((await mountPoints()).has(directory)) return;
  const size = options.sizeBytes === undefined ? '' : `,size=${options.sizeBytes}`;
  await run('mount', ['-t', 'tmpfs', '-o', `mode=${options.mode}${size}`, 'kajitori', directory]);
}

/** Shows at `target` what an open file of this process stands for, whatever its path names by now. */
export async function bindOpened(handle: FileHandle, target: string): Promise<void> {
  if ((await mountPoints()).has(target)) {
    const [wanted, shown] = await Promise.all([handle.stat(), stat(target)]);
    if (wanted.ino === shown.ino && wanted.dev === shown.dev) return;
    await run('umount', ['--lazy', target]);
  }
  await run('mount', ['--bind', `/proc/${process.pid}/fd/${handle.fd}`, target]);
}

/** Unmounts everything at or below a directory, the deepest first. */
export async function unmountAllUnder(directory: string): Promise<void> {
  const points = [...(await mountPoints())].filter((point) => point === directory || point.startsWith(`${directory}/`));
  for (const point of points.sort((a, b) => b.length - a.length)) await run('umount', ['--lazy', point]);
}
