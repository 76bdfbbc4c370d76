import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CliError } from './cli-error.ts';

/** What `kaji login` keeps. The file is the owner's alone, for it holds a token. */
const configForm = z.object({
  server: z.url({ protocol: /^https$/ }),
  token: z.string().min(1),
  /** How the server proves itself: an authority of its own, a pinned key, or neither for a publicly trusted certificate. */
  certificateAuthority: z.string().optional(),
  pin: z.string().optional(),
});

export type Config = z.infer<typeof configForm>;

/** Undefined when nobody has logged in. @throws CliError when the file cannot be understood. */
export async function readConfig(file: string): Promise<Config | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CliError(`cannot read ${file}`, 'Check who may read it.', error);
  }
  try {
    return configForm.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(`${file} is not what kaji login wrote`, 'Log in again: kaji login.', error);
  }
}

export async function writeConfig(file: string, config: Config): Promise<void> {
  await writePrivateFile(file, `${JSON.stringify(config, null, 2)}\n`);
}

export async function removeConfig(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Written beside and renamed, so that nobody reads a half, and readable by the owner alone from the first byte. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${process.pid}.new`;
  try {
    await writeFile(beside, text, { mode: 0o600, flag: 'wx' });
    await rename(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
}
