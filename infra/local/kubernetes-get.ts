import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { Instance } from './instance.ts';

/** A GET at the first cluster's Kubernetes API with the credentials of the instance's kubeconfig. @throws Error unless it answers 200. */
export async function kubernetesGet(instance: Instance, path: string): Promise<unknown> {
  const { server, token } = readCredentials(await readFile(instance.kubeconfigFile, 'utf8'));
  const ca = await readFile(instance.caFile);
  return new Promise((resolve, reject) => {
    const call = request(`${server}${path}`, { ca, headers: { authorization: `Bearer ${token}` }, timeout: 5_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`GET ${path} answered ${response.statusCode}: ${text}`));
      });
    });
    call.on('timeout', () => call.destroy(new Error(`GET ${path} took too long`)));
    call.on('error', reject);
    call.end();
  });
}

/** Server and token of a kubeconfig that we wrote: one cluster, one user, values as JSON strings. */
export function readCredentials(kubeconfig: string): { server: string; token: string } {
  const value = (key: string): string => {
    const text = new RegExp(String.raw`^\s*${key}: (".*")$`, 'm').exec(kubeconfig)?.[1];
    if (!text) throw new Error(`the kubeconfig has no ${key}`);
    return JSON.parse(text) as string;
  };
  return { server: value('server'), token: value('token') };
}
