import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readlink, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { VolumeError, safePath } from './payload.ts';
import { bindOpened } from './tmpfs.ts';

/**
 * A place that stands for a part of a volume. A container could swap a directory for a link while it is looked at, so the part is opened first, checked to
 * lie within the volume, and what was opened (not its path) is shown at `target`.
 * @throws VolumeError when the part leads out of the volume.
 */
export async function bindSubPath(volumeRoot: string, subPath: string, target: string): Promise<string> {
  const root = await realpath(volumeRoot);
  const part = join(root, safePath(subPath));
  await makeWithin(root, part);
  await using handle = await open(part, constants.O_RDONLY | constants.O_NONBLOCK);
  const real = await readlink(`/proc/self/fd/${handle.fd}`);
  if (!isWithin(root, real)) throw new VolumeError(`subPath "${subPath}" leads out of its volume`);
  await makeTarget(handle, target);
  await bindOpened(handle, target);
  return target;
}

async function makeWithin(root: string, part: string): Promise<void> {
  let deepest = part;
  while (!(await exists(deepest))) deepest = dirname(deepest);
  if (deepest === part) return;
  if (!isWithin(root, await realpath(deepest))) throw new VolumeError('subPath leads out of its volume');
  await mkdir(part, { recursive: true, mode: 0o777 & (await stat(root)).mode });
}

async function makeTarget(handle: FileHandle, target: string): Promise<void> {
  if ((await handle.stat()).isDirectory()) await mkdir(target, { recursive: true, mode: 0o750 });
  else {
    await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    await writeFile(target, '', { flag: 'a' });
  }
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(`${root}${sep}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
