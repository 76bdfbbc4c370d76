import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSecretToken, newSecretToken } from '@kajitori/apimachinery';

/**
 * This node's own secret, in files that only root reads. A new one is on disk before anyone is told of it, so that no answer that gets lost can lock the
 * node out: until the control plane has confirmed it, both are tried.
 */
export class CredentialStore {
  readonly #current: string;
  readonly #next: string;

  constructor(stateDir: string) {
    this.#current = join(stateDir, 'credential');
    this.#next = join(stateDir, 'credential.next');
  }

  /** What to identify with, the most promising first. */
  async candidates(): Promise<string[]> {
    const found = await Promise.all([read(this.#current), read(this.#next)]);
    return found.filter((one) => one !== undefined);
  }

  /** How long ago the node's credential was drawn; one that is not confirmed on disk counts as new. */
  async ageMilliseconds(): Promise<number> {
    const { mtimeMs } = (await stat(this.#current).catch(() => undefined)) ?? (await stat(this.#next));
    return Date.now() - mtimeMs;
  }

  /** A credential that was drawn and not yet confirmed; the same one until it is. */
  async pending(): Promise<string> {
    const before = await read(this.#next);
    if (before !== undefined) return before;
    const drawn = newSecretToken('nodeCredential');
    await write(this.#next, drawn);
    return drawn;
  }

  /** The control plane knows this one: from now on it is the node's. */
  async confirm(credential: string): Promise<void> {
    if ((await read(this.#current)) === credential) return;
    // It lies on disk already: giving it its name needs no room on a full one.
    if ((await read(this.#next)) === credential) return rename(this.#next, this.#current);
    await write(this.#current, credential);
  }
}

async function read(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return isSecretToken('nodeCredential', text) ? text : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function write(file: string, text: string): Promise<void> {
  const fresh = `${file}.tmp`;
  await rm(fresh, { force: true });
  try {
    await using handle = await open(fresh, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw error;
  }
  await rename(fresh, file);
}
