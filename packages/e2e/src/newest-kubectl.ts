import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectlVersions, openTestInstance, type TestInstance } from '@kajitori/testing';
import { Kubectl } from './kubectl.ts';

/** The newest kubectl of this machine on the instance of the run, with a cache of its own. */
export async function newestKubectl(owns: AsyncDisposableStack): Promise<{ kubectl: Kubectl; instance: TestInstance }> {
  const instance = owns.use(await openTestInstance());
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'kajitori-e2e-'));
  owns.defer(() => rm(cacheDirectory, { recursive: true, force: true }));
  const newest = (await kubectlVersions()).toSorted((a, b) => b.minor - a.minor)[0];
  if (newest === undefined) throw new Error('there is no kubectl');
  return { kubectl: new Kubectl({ binary: newest.path, kubeconfig: instance.kubeconfigFile, cacheDirectory }), instance };
}
