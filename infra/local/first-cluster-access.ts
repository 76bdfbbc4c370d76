import { existsSync, readFileSync } from 'node:fs';
import type { Instance, Settings } from './instance.ts';
import { KubernetesAccess } from './kubernetes-access.ts';
import { endpointsOf } from './process-specs.ts';

/** Makes sure that the files of an instance lead to its first cluster. What an earlier start made is tried, and kept when it works. */
export async function ensureFirstCluster(instance: Instance, settings: Settings): Promise<string> {
  if (await worksAlready(instance, settings)) return 'as before';
  // Only the first start needs the accounts, with all that they stand on.
  const { makeFirstCluster } = await import('./first-cluster.ts');
  return makeFirstCluster(instance, settings);
}

async function worksAlready(instance: Instance, settings: Settings): Promise<boolean> {
  const files = [instance.kubeconfigFile, instance.addressFile, instance.apiKeyFile, instance.caFile];
  if (!files.every((file) => existsSync(file))) return false;
  if (readFileSync(instance.addressFile, 'utf8').trim() !== endpointsOf(settings).publicUrl) return false;
  using access = new KubernetesAccess(instance);
  const ownKey = readFileSync(instance.apiKeyFile, 'utf8').trim();
  const answers = [access.call({ path: '/api/v1/namespaces/default' }), access.call({ path: '/api/v1/namespaces/default', token: ownKey })];
  const statuses = await Promise.all(answers.map((answer) => answer.then(({ status }) => status).catch(() => 0)));
  return statuses.every((status) => status === 200);
}
