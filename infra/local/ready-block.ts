import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstUserEmail, readSettings } from './instance.ts';
import type { Instance } from './instance.ts';

/** The file whose presence says that a start came to its end. */
function readyFile(instance: Instance): string {
  return join(instance.runDirectory, 'ready');
}

export function isReady(instance: Instance): boolean {
  return existsSync(readyFile(instance));
}

export async function markReady(instance: Instance): Promise<void> {
  await writeFile(readyFile(instance), '');
}

export async function markStopped(instance: Instance): Promise<void> {
  await rm(readyFile(instance), { force: true });
}

/** What a person needs next: on stdout, the steps before it were on stderr. */
export function printReady(instance: Instance): void {
  const read = (file: string): string => readFileSync(file, 'utf8').trim();
  console.log(`
Kajitori is ready.
  address      ${read(instance.addressFile)}
  cluster      local
  API key      ${read(instance.apiKeyFile)}
  sign in      ${firstUserEmail} with ${readSettings(instance)?.firstUserPassword}

  export KUBECONFIG=${instance.kubeconfigFile}
  kubectl get nodes

  npm run status     what runs
  npm stop           ends it; pods keep running
`);
}
