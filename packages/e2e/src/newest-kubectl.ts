import { join } from 'node:path';
import { kubectlVersions, type TestInstance } from '@kajitori/testing';
import { Kubectl } from './kubectl.ts';
import { openScratch } from './scratch.ts';

interface NewestKubectl {
  kubectl: Kubectl;
  binary: string;
  instance: TestInstance;
  directory: string;
}

/** The newest kubectl of this machine on the instance of the run, and a directory of its own. */
export async function newestKubectl(owns: AsyncDisposableStack): Promise<NewestKubectl> {
  const { instance, directory } = await openScratch(owns);
  const newest = (await kubectlVersions()).toSorted((a, b) => b.minor - a.minor)[0];
  if (newest === undefined) throw new Error('there is no kubectl');
  return {
    kubectl: new Kubectl({ binary: newest.path, kubeconfig: instance.kubeconfigFile, cacheDirectory: join(directory, 'cache') }),
    binary: newest.path,
    instance,
    directory,
  };
}
