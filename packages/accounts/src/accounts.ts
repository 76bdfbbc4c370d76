import { type Clock, type ClusterId, ShortLivedCache, systemClock } from '@kajitori/apimachinery';
import { type Logger, silentLogger } from '@kajitori/telemetry';
import { AuditTrail } from './audit.ts';
import { CertificateAuthorities } from './certificates/authorities.ts';
import { ServiceAccountKeys } from './certificates/service-account-keys.ts';
import type { ClusterRows } from './clusters/cluster-rows.ts';
import { ClusterAudit } from './cluster-audit/cluster-audit.ts';
import { type ClusterRecord, Clusters } from './clusters/clusters.ts';
import { type ClusterEndpoints, clusterServerUrl } from './clusters/kubeconfig.ts';
import { Kubeconfigs } from './clusters/kubeconfigs.ts';
import { TokenKeyRotation, tokenKeyPurpose } from './clusters/token-key-rotation.ts';
import { localIndex } from './clusters/local-address.ts';
import { AccountsDatabase } from './database.ts';
import { Deeds } from './deed.ts';
import { Attempts } from './identity/attempts.ts';
import { Identity } from './identity/identity.ts';
import { ApiKeys } from './keys/api-keys.ts';
import { Authentication } from './keys/authentication.ts';
import { KeyUse } from './keys/key-use.ts';
import { type KubernetesIdentity, kubernetesIdentityOf } from './keys/kubernetes-identity.ts';
import { JoinTokens } from './nodes/join-tokens.ts';
import { NodeIdentity } from './nodes/node-identity.ts';
import { Members } from './organizations/members.ts';
import { Organizations } from './organizations/organizations.ts';
import { type KeyWrapper, masterKeyWrapper } from './platform/key-wrapper.ts';
import { PlatformKeys } from './platform/platform-keys.ts';
import type { Principal } from './principal.ts';
import { Usage } from './usage.ts';

export interface AccountsOptions {
  /** As `kajitori_app`, after migrations. */
  databaseUrl: string;
  /** 32 bytes, or what wraps keys in its stead. */
  masterKey: Uint8Array | KeyWrapper;
  /** Base URL of the API. */
  publicUrl: string;
  endpoints: ClusterEndpoints;
  /** Storage's part in the birth and end of clusters. */
  clusterRows: ClusterRows;
  logger?: Logger;
  clock?: Clock;
  maxConnections?: number;
}

const defaultMaxConnections = 8;
const clusterCacheMilliseconds = 1_500;
const maxCachedClusters = 10_000;

/** Users, organizations, keys, clusters and nodes as the account knows them: one for a process. */
export class Accounts implements AsyncDisposable {
  readonly identity: Identity;
  readonly authentication: Authentication;
  readonly organizations: Organizations;
  readonly members: Members;
  readonly keys: ApiKeys;
  readonly clusters: Clusters;
  readonly kubeconfigs: Kubeconfigs;
  readonly joinTokens: JoinTokens;
  readonly nodeIdentity: NodeIdentity;
  readonly certificates: CertificateAuthorities;
  readonly serviceAccountKeys: ServiceAccountKeys;
  readonly tokenKeys: TokenKeyRotation;
  readonly audit: AuditTrail;
  /** The audit logs of clusters. */
  readonly clusterAudit: ClusterAudit;
  readonly usage: Usage;
  readonly endpoints: ClusterEndpoints;
  readonly #database: AccountsDatabase;
  readonly #deeds: Deeds;
  readonly #attempts: Attempts;
  readonly #use: KeyUse;
  readonly #found = new ShortLivedCache<ClusterId | number, ClusterRecord | undefined>({
    maxAgeMilliseconds: clusterCacheMilliseconds,
    maxEntries: maxCachedClusters,
  });

  constructor(options: AccountsOptions) {
    const { databaseUrl, publicUrl, endpoints, clusterRows, maxConnections = defaultMaxConnections } = options;
    const wrapper = options.masterKey instanceof Uint8Array ? masterKeyWrapper(options.masterKey) : options.masterKey;
    const database = new AccountsDatabase(databaseUrl, { maxConnections });
    const platformKeys = new PlatformKeys(database, wrapper);
    const deeds = new Deeds(database, wrapper);
    this.#database = database;
    this.#deeds = deeds;
    this.#attempts = new Attempts(database);
    this.#use = new KeyUse(database, options.logger ?? silentLogger);
    this.endpoints = endpoints;
    this.identity = new Identity({ database, keys: platformKeys, attempts: this.#attempts, publicUrl });
    this.authentication = new Authentication({ database, identity: this.identity, use: this.#use });
    this.organizations = new Organizations(database, deeds);
    this.members = new Members(database, deeds);
    this.keys = new ApiKeys(database, deeds);
    this.clusters = new Clusters(database, deeds, clusterRows);
    this.joinTokens = new JoinTokens(database, deeds);
    this.nodeIdentity = new NodeIdentity(database, deeds);
    this.certificates = new CertificateAuthorities(platformKeys, options.clock ?? systemClock);
    this.serviceAccountKeys = new ServiceAccountKeys({
      generations: (cluster) => platformKeys.generations(cluster, tokenKeyPurpose),
      privateKey: (cluster, generation) => platformKeys.generationKey(cluster, tokenKeyPurpose, generation),
      issuer: async (id) => {
        const cluster = await this.findCluster(id);
        return cluster === undefined ? undefined : clusterServerUrl(endpoints, cluster);
      },
      clock: options.clock ?? systemClock,
    });
    this.tokenKeys = new TokenKeyRotation({ deeds, platformKeys, keys: this.serviceAccountKeys });
    this.kubeconfigs = new Kubeconfigs({ deeds, certificates: this.certificates, organizations: this.organizations, endpoints });
    this.audit = new AuditTrail(database);
    this.clusterAudit = new ClusterAudit(database, deeds);
    this.usage = new Usage(database);
  }

  /** Any tenant's live or ending cluster, at most two seconds old: for what serves requests to clusters. */
  findCluster(id: ClusterId): Promise<ClusterRecord | undefined> {
    return this.#found.get(id, () => this.clusters.find({ id }));
  }

  /** The cluster whose loopback address a connection came to. */
  async clusterAtAddress(address: string): Promise<ClusterRecord | undefined> {
    const index = localIndex(address);
    return index === undefined ? undefined : this.#found.get(index, () => this.clusters.find({ localIndex: index }));
  }

  /** This process has changed a cluster and will not answer by what it was. */
  forgetCluster({ id, localIndex: index }: ClusterRecord): void {
    this.#found.delete(id);
    this.#found.delete(index);
  }

  /** Who a principal is to the Kubernetes API of a cluster; undefined when it does not reach it. */
  async kubernetesIdentity(principal: Principal, clusterId: ClusterId): Promise<KubernetesIdentity | undefined> {
    const cluster = await this.findCluster(clusterId);
    if (cluster === undefined) return undefined;
    const role = await this.authentication.roleIn(principal, cluster.organizationId);
    return kubernetesIdentityOf(principal, role, cluster);
  }

  /** What the Kubernetes API's authenticator asks: who sends this token to this cluster. */
  async authenticateToken(clusterId: ClusterId, token: string): Promise<KubernetesIdentity | undefined> {
    const principal = await this.authentication.authenticate(token);
    return principal === undefined ? undefined : this.kubernetesIdentity(principal, clusterId);
  }

  /** Whether the database answers: for readiness. @throws when it does not. */
  async ping(): Promise<void> {
    await this.#database.ping();
  }

  /** Removes what has outlived its promise; a worker calls it now and then. */
  async forgetOld(): Promise<void> {
    await this.#deeds.forgetOldAnswers();
    await this.#attempts.forgetOld();
    await this.identity.forgetOldSessions();
    await this.clusterAudit.prune();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#use[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }
}

export function openAccounts(options: AccountsOptions): Accounts {
  return new Accounts(options);
}
