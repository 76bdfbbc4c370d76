import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestInstance, type TestInstance } from '@kajitori/testing';

/** The instance of the run, and a directory that goes when the test file has ended. */
export async function openScratch(owns: AsyncDisposableStack): Promise<{ instance: TestInstance; directory: string }> {
  const instance = owns.use(await openTestInstance());
  const directory = await mkdtemp(join(tmpdir(), 'kajitori-e2e-'));
  owns.defer(() => rm(directory, { recursive: true, force: true }));
  return { instance, directory };
}
