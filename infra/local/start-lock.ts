import { link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identify, readIdentity } from './process-identity.ts';
import type { Instance } from './instance.ts';
import { StepError } from './progress.ts';

/** At most one start or stop of an instance at a time. A lock whose holder died is nobody's. */
export async function lockInstance(instance: Instance): Promise<AsyncDisposable> {
  const path = join(instance.runDirectory, 'start.lock');
  const own = `${path}.${process.pid}`;
  await writeFile(own, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    for (;;) {
      const holder = await readIdentity(path);
      if (holder) {
        throw new StepError(`another npm start or npm stop is under way (pid ${holder.pid})`, {
          remedy: `wait for it, or: kill ${holder.pid}`,
        });
      }
      await rm(path, { force: true });
      // A link appears with its content, so nobody reads a lock that is half written.
      if (await linked(own, path)) return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
