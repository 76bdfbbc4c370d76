import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, readdir, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface PayloadFile {
  bytes: Buffer;
  mode: number;
  /** Whose it is; root's unless said. */
  uid?: number | undefined;
}

/** Files by their path within the directory. */
export type Payload = ReadonlyMap<string, PayloadFile>;

const current = '..data';

/**
 * Makes a directory show exactly these files, so that a reader sees either all of the old or all of the new: the files lie in a fresh directory to which
 * the link `..data` is turned in one step, and what the reader opens are links through it. Returns whether anything changed.
 */
export async function writeAtomically(directory: string, payload: Payload, owner: { gid: number | undefined }): Promise<boolean> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  if (await shows(directory, payload)) return false;
  const fresh = `..${new Date().toISOString().replaceAll(/[-:T]/g, '_').slice(0, 19)}.${randomBytes(5).toString('hex')}`;
  await fill(join(directory, fresh), payload, owner.gid);
  const before = await linkTarget(join(directory, current));
  const turning = join(directory, '..data_tmp');
  await rm(turning, { force: true });
  await symlink(fresh, turning);
  await rename(turning, join(directory, current));
  await showNames(directory, new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path)));
  if (before !== undefined) await rm(join(directory, before), { recursive: true, force: true });
  return true;
}

/** The files as a reader sees them now; undefined when nothing was written yet. */
export async function readPayloadFile(directory: string, path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(directory, current, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function fill(directory: string, payload: Payload, gid: number | undefined): Promise<void> {
  await mkdir(directory, { mode: 0o755 });
  if (gid !== undefined) await chown(directory, 0, gid);
  for (const [path, { bytes, mode, uid = 0 }] of payload) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, bytes, { mode: 0o600 });
    if (gid !== undefined || uid !== 0) await chown(file, uid, gid ?? 0);
    // After the umask, and with the group's share where the pod has a group of its own.
    await chmod(file, gid === undefined ? mode : mode | 0o040);
  }
}

async function shows(directory: string, payload: Payload): Promise<boolean> {
  const data = join(directory, current);
  const paths = await filesUnder(data);
  if (paths === undefined || paths.length !== payload.size) return false;
  for (const path of paths) {
    const wanted = payload.get(path);
    if (wanted === undefined) return false;
    const { mode, uid } = await stat(join(data, path));
    if (wanted.uid !== undefined && uid !== wanted.uid) return false;
    if (((mode ^ wanted.mode) & 0o737) !== 0 || !(await readFile(join(data, path))).equals(wanted.bytes)) return false;
  }
  return true;
}

async function filesUnder(directory: string): Promise<string[] | undefined> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name).slice(directory.length + 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function showNames(directory: string, names: ReadonlySet<string>): Promise<void> {
  const there = (await readdir(directory)).filter((name) => !name.startsWith('..'));
  for (const name of there) if (!names.has(name)) await rm(join(directory, name), { force: true });
  for (const name of names) if (!there.includes(name)) await symlink(join(current, name), join(directory, name));
}

async function linkTarget(link: string): Promise<string | undefined> {
  try {
    return await readlink(link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
