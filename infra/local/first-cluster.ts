import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { clusterServerUrl, setUpFirstOrganization, systemActor } from '@kajitori/accounts';
import type { Accounts, ClusterRecord, FirstOrganization } from '@kajitori/accounts';
import { openInstanceAccounts } from './accounts.ts';
import { firstUserEmail, writeSecret } from './instance.ts';
import type { Instance, Settings } from './instance.ts';
import { endpointsOf } from './process-specs.ts';

const firstClusterName = 'local';
const firstOrganizationName = 'local';

/** Makes the organization, project, cluster and keys that a fresh instance begins with, and the files that lead to them. */
export async function makeFirstCluster(instance: Instance, settings: Settings): Promise<string> {
  await using accounts = await openInstanceAccounts(instance, settings);
  const first = await findFirst(accounts, instance, settings);
  await writeSecret(instance.apiKeyFile, `${first.apiKey}\n`);
  await writeFile(instance.addressFile, `${endpointsOf(settings).publicUrl}\n`);
  const authority = await accounts.certificates.servingAuthority();
  await writeFile(instance.caFile, authority);
  await ensureKubeconfig(accounts, instance, first, authority);
  return first.cluster.id;
}

/**
 * A token each by which these nodes join the first cluster, once. Whatever had their names before has lost its credential with its directory, as after
 * `npm stop -- --all`: it would only be in the way.
 */
export async function makeJoinTokens(instance: Instance, settings: Settings, nodeNames: readonly string[]): Promise<string[]> {
  await using accounts = await openInstanceAccounts(instance, settings);
  const { organization, cluster } = await findFirst(accounts, instance, settings);
  const place = { organizationId: organization.id, clusterId: cluster.id };
  for (const name of nodeNames) await accounts.nodeIdentity.revoke(systemActor(), organization.id, cluster.id, name);
  const made = await Promise.all(nodeNames.map(() => accounts.joinTokens.create(systemActor(), place)));
  return made.map(({ token }) => token);
}

async function findFirst(accounts: Accounts, instance: Instance, settings: Settings): Promise<FirstOrganization> {
  const apiKey = existsSync(instance.apiKeyFile) ? readFileSync(instance.apiKeyFile, 'utf8').trim() : undefined;
  return setUpFirstOrganization(accounts, {
    email: firstUserEmail,
    password: settings.firstUserPassword,
    organizationName: firstOrganizationName,
    clusterName: firstClusterName,
    ...(apiKey ? { apiKey } : {}),
  });
}

/** Keeps the kubeconfig of an earlier start while it leads to the same server. */
async function ensureKubeconfig(accounts: Accounts, instance: Instance, first: FirstOrganization, authority: string): Promise<void> {
  const { cluster, apiKey } = first;
  const text = existsSync(instance.kubeconfigFile) ? readFileSync(instance.kubeconfigFile, 'utf8') : '';
  if (text.includes(serverUrl(accounts, cluster)) && text.includes(Buffer.from(authority).toString('base64'))) return;
  const principal = await accounts.authentication.authenticateKey(apiKey);
  if (!principal) throw new Error('the first API key does not authenticate');
  const { kubeconfig } = await accounts.kubeconfigs.issue(systemActor(), { cluster, principal, role: 'owner', expiresAt: undefined });
  await writeSecret(instance.kubeconfigFile, kubeconfig);
}

function serverUrl(accounts: Accounts, cluster: ClusterRecord): string {
  return clusterServerUrl(accounts.endpoints, cluster);
}
