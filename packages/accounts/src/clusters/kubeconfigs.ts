import { AccountsError, nothingThere } from '../accounts-error.ts';
import type { CertificateAuthorities } from '../certificates/authorities.ts';
import type { Actor, Deeds } from '../deed.ts';
import { type ApiKey, createdNote, issueKey } from '../keys/api-keys.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { Principal } from '../principal.ts';
import { lowerOf, type Role } from '../roles.ts';
import type { ClusterRecord } from './clusters.ts';
import { type ClusterEndpoints, clusterServerUrl, kubeconfigText } from './kubeconfig.ts';

export interface Kubeconfig {
  /** YAML. */
  kubeconfig: string;
  server: string;
  /** The key that it carries: revoking it ends the kubeconfig. */
  key: ApiKey;
}

export interface KubeconfigRequest {
  cluster: ClusterRecord;
  principal: Principal;
  /** What the principal may do there: the key gets no more. */
  role: Role;
  /** Lower than the principal's, when wanted. */
  wantedRole?: Role;
  expiresAt: Date | undefined;
}

/** Hands out kubeconfigs, each with a revocable key of its own for that one cluster. */
export class Kubeconfigs {
  readonly #deeds: Deeds;
  readonly #certificates: CertificateAuthorities;
  readonly #organizations: Organizations;
  readonly #endpoints: ClusterEndpoints;

  constructor(options: { deeds: Deeds; certificates: CertificateAuthorities; organizations: Organizations; endpoints: ClusterEndpoints }) {
    this.#deeds = options.deeds;
    this.#certificates = options.certificates;
    this.#organizations = options.organizations;
    this.#endpoints = options.endpoints;
  }

  /** @throws AccountsError `conflict` for a cluster that is being deleted. */
  async issue(actor: Actor, { cluster, principal, role, wantedRole, expiresAt }: KubeconfigRequest): Promise<Kubeconfig> {
    const { id: clusterId, organizationId, projectId } = cluster;
    if (cluster.deletionRequestedAt !== undefined) {
      throw new AccountsError('conflict', 'the cluster is being deleted', 'Use another cluster.');
    }
    const server = clusterServerUrl(this.#endpoints, cluster);
    const [authority, project] = await Promise.all([
      this.#certificates.servingAuthority(),
      this.#organizations.getProject(organizationId, projectId),
    ]);
    if (project === undefined) throw nothingThere('cluster', clusterId);
    const person = principal.type === 'user' ? principal : principal.user;
    return this.#deeds.perform(actor, organizationId, async (tx) => {
      const { key, token } = await issueKey(tx, actor, {
        name: `kubeconfig of ${cluster.name}`,
        role: wantedRole === undefined ? role : lowerOf(wantedRole, role),
        scope: { type: 'cluster', organizationId, clusterId },
        userId: person?.userId,
        expiresAt,
      });
      const kubeconfig = kubeconfigText({
        server,
        certificateAuthority: this.#endpoints.type === 'hosted' && this.#endpoints.publicCertificate ? undefined : authority,
        token,
        clusterName: cluster.name,
        projectName: project.name,
        userName: person?.email ?? key.id,
      });
      return { result: { kubeconfig, server, key }, note: createdNote(key) };
    });
  }
}
