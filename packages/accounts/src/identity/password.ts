import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AccountsError } from '../accounts-error.ts';

/**
 * Slow hashes of passwords: scrypt with 32 MiB and three passes (OWASP's figures), off the main thread.
 * Invariant: few are computed at once and few wait, so that guessing cannot starve the process; the rest is refused.
 */
const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 };
const saltBytes = 16;
const keyBytes = 32;
const concurrentMax = 2;
const waitingMax = 50;

export const passwordLength = { min: 12, max: 128 } as const;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(password, salt);
  return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

export async function verifyPassword({ hash, password }: { hash: string; password: string }): Promise<boolean> {
  const [name, n, r, p, salt, expected] = hash.split('$');
  if (name !== 'scrypt' || salt === undefined || expected === undefined) return false;
  const parameters = { ...cost, N: Number(n), r: Number(r), p: Number(p) };
  const key = await derive(password, Buffer.from(salt, 'base64url'), parameters);
  return timingSafeEqual(key, Buffer.from(expected, 'base64url'));
}

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, parameters = cost): Promise<Buffer> {
  await turn();
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize('NFKC'), salt, keyBytes, parameters, (error, key) => {
        if (error) reject(error);
        else resolve(key);
      });
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

async function turn(): Promise<void> {
  if (running >= concurrentMax) {
    if (waiting.length >= waitingMax) {
      throw new AccountsError('tooManyAttempts', 'too many people are signing in at this moment', 'Try again in a few seconds.', {
        retryAfterSeconds: 5,
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
}
