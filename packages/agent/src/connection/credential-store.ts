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

  /** How long ago the node's credential was confirmed. */
  async ageMilliseconds(): Promise<number> {
    return Date.now() - (await stat(this.#current)).mtimeMs;
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
    await write(this.#current, credential);
    await rm(this.#next, { force: true });
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
  {
    await using handle = await open(fresh, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.sync();
  }
  await rename(fresh, file);
}
