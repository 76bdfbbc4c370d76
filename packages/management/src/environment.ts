import type { Accounts, Actor, Principal } from '@kajitori/accounts';
import type { ClusterId } from '@kajitori/apimachinery';
import type { ClusterClient, UserInfo } from '@kajitori/client';
import type { Logger } from '@kajitori/telemetry';
import type { clusterLimitForm } from './forms/cluster-forms.ts';
import type { z } from './forms/route-parts.ts';

/** What the REST API is made of. */
export interface ManagementDependencies {
  accounts: Accounts;
  /** The Kubernetes API of a cluster, as a user that this API has authorized. */
  clusterClient(cluster: ClusterId, user: UserInfo): ClusterClient;
  /** What a cluster may use of what it shares with others, and what it uses of it now where that is counted for it. */
  clusterLimits(cluster: ClusterId): Promise<z.infer<typeof clusterLimitForm>[]>;
  /** Base URL of this API as callers reach it. */
  publicUrl: string;
  /** The certificate of this API is one that everybody trusts: join commands need no pin. */
  publicCertificate: boolean;
  logger: Logger;
}

/** Who calls, once they are known. */
export interface Caller {
  principal: Principal;
  actor: Actor;
  token: string;
}

export interface ManagementEnvironment {
  Variables: {
    dependencies: ManagementDependencies;
    requestId: string;
    /** Set by `signedIn`. */
    caller: Caller;
  };
}
