import type { Stats } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VolumeError } from './payload.ts';

const checks: Readonly<Record<string, { is(stats: Stats): boolean; text: string }>> = {
  Directory: { is: (stats) => stats.isDirectory(), text: 'directory' },
  DirectoryOrCreate: { is: (stats) => stats.isDirectory(), text: 'directory' },
  File: { is: (stats) => stats.isFile(), text: 'file' },
  FileOrCreate: { is: (stats) => stats.isFile(), text: 'file' },
  Socket: { is: (stats) => stats.isSocket(), text: 'socket file' },
  CharDevice: { is: (stats) => stats.isCharacterDevice(), text: 'character device' },
  BlockDevice: { is: (stats) => stats.isBlockDevice(), text: 'block device' },
};

/** Makes sure that a path of this machine is what the volume says. @throws VolumeError */
export async function prepareHostPath(path: string, type: string): Promise<void> {
  if (type === 'FileOrCreate' && !(await statOf(path))) {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(path, '', { flag: 'a', mode: 0o644 });
  }
  // A path of no type that is missing becomes a directory, as container engines have always made it.
  if ((type === 'DirectoryOrCreate' || type === '') && !(await statOf(path))) await mkdir(path, { recursive: true, mode: 0o755 });
  const check = checks[type];
  const stats = await statOf(path);
  if (check !== undefined && (stats === undefined || !check.is(stats)))
    throw new VolumeError(`hostPath type check failed: ${path} is not a ${check.text}`);
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
