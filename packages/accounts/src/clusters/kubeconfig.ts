import type { ClusterId } from '@kajitori/apimachinery';
import { AccountsError } from '../accounts-error.ts';
import { localAddress } from './local-address.ts';

/** Where clusters are reached: each under a host of its own, because clients cache by it and drop its path. */
export type ClusterEndpoints =
  | { type: 'local'; port: number }
  /** `https://ID.k8s.DOMAIN`; with a public certificate, clients need none of ours. */
  | { type: 'hosted'; domain: string; publicCertificate: boolean };

/** @throws AccountsError `limit` when this machine has no loopback address left for the cluster. */
export function clusterServerUrl(endpoints: ClusterEndpoints, { id, localIndex }: { id: ClusterId; localIndex: number }): string {
  if (endpoints.type === 'hosted') return `https://${id}.k8s.${endpoints.domain}`;
  const address = localAddress(localIndex);
  if (address === undefined) {
    throw new AccountsError('limit', 'there is no loopback address left for this cluster', 'Serve clusters by name instead: set a domain.');
  }
  return `https://${address}:${endpoints.port}`;
}

export interface KubeconfigParts {
  server: string;
  /** PEM; absent where the server's certificate is one that everybody trusts. */
  certificateAuthority: string | undefined;
  token: string;
  clusterName: string;
  projectName: string;
  userName: string;
}

/** A kubeconfig in YAML with one cluster, one user and one context, which is current. */
export function kubeconfigText(parts: KubeconfigParts): string {
  const name = JSON.stringify(`kajitori_${parts.projectName}_${parts.clusterName}`);
  const user = JSON.stringify(`kajitori_${parts.projectName}_${parts.clusterName}_${parts.userName}`);
  const authority = parts.certificateAuthority;
  const trust = authority === undefined ? [] : [`      certificate-authority-data: ${Buffer.from(authority).toString('base64')}`];
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    `  - name: ${name}`,
    '    cluster:',
    `      server: ${JSON.stringify(parts.server)}`,
    ...trust,
    'users:',
    `  - name: ${user}`,
    '    user:',
    `      token: ${JSON.stringify(parts.token)}`,
    'contexts:',
    `  - name: ${name}`,
    '    context:',
    `      cluster: ${name}`,
    `      user: ${user}`,
    `current-context: ${name}`,
    '',
  ].join('\n');
}
