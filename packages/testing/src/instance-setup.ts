import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startTestInstance, stateDirectoryVariable } from './test-instance.ts';

/** vitest's globalSetup of the e2e project: one instance for all its files, unless the environment names one that runs. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  const given = process.env[stateDirectoryVariable];
  if (given && existsSync(join(given, 'run/ready'))) return undefined;
  const instance = await startTestInstance(given ? { stateDirectory: given } : {});
  process.env[stateDirectoryVariable] = instance.stateDirectory;
  return async () => {
    await instance[Symbol.asyncDispose]();
  };
}
