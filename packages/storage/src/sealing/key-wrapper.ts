import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { decrypt, encrypt } from './cipher.ts';

/** Wraps data keys with a master key that is not in the database: a file here, a key management service elsewhere. */
export interface KeyWrapper {
  /** `context` is bound to the wrapped text: it must be the same to unwrap it. */
  wrap(key: Uint8Array, context: string): Promise<string>;
  /** @throws SealError when the text was changed, is of another context or of another master key. */
  unwrap(wrapped: string, context: string): Promise<Uint8Array>;
}

const keyBytes = 32;

/** A master key of 32 bytes held in memory. */
export function keyWrapperOf(masterKey: Uint8Array): KeyWrapper {
  if (masterKey.length !== keyBytes) throw new TypeError(`a master key has ${keyBytes} bytes, not ${masterKey.length}`);
  const key = Uint8Array.from(masterKey);
  return {
    wrap: async (dataKey, context) => encrypt(key, dataKey, `wrap/${context}`),
    unwrap: async (wrapped, context) => decrypt(key, wrapped, `wrap/${context}`),
  };
}

/**
 * Reads the master key from a file of 32 bytes that only its owner can read.
 * @throws Error when it is missing, open to others or of another length.
 */
export async function fileKeyWrapper(path: string): Promise<KeyWrapper> {
  const file = await open(path, 'r');
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) throw new Error(`the master key ${path} is open to other users: chmod 600 it`);
    return keyWrapperOf(await readFile(file));
  } finally {
    await file.close();
  }
}

/** Makes a master key file where there is none. */
export async function ensureMasterKeyFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(randomBytes(keyBytes));
    await file.sync();
    await file.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
