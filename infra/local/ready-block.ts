import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
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
  const kubeconfig = relative(process.cwd(), instance.kubeconfigFile);
  console.log(`
Kajitori is ready.
  address      ${readFileSync(instance.addressFile, 'utf8').trim()}
  API key      ${relative(process.cwd(), instance.apiKeyFile)} (organization and project of the first start)
  cluster      local

  export KUBECONFIG=${join(process.cwd(), kubeconfig)}
  kubectl get nodes

  npm run status     what runs
  npm stop           ends it; pods keep running
`);
}
