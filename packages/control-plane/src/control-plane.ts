import { type Accounts, type ClusterEndpoints, openAccounts } from '@kajitori/accounts';
import type { ClusterId } from '@kajitori/apimachinery';
import { ApiServer } from '@kajitori/apiserver';
import type { ClusterClient, UserInfo } from '@kajitori/client';
import { readMasterKey } from '@kajitori/server-process';
import {
  clusterRows,
  keyWrapperOf,
  openPostgresStorage,
  type OverlayStorage,
  overlayStorage,
  RedisWake,
  sealedStorage,
  Sealer,
  type StorageEngine,
  type Wake,
} from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import type { z } from 'zod';
import type { controlPlaneForm } from './config.ts';
import { FrontProxyCertificates } from './front-proxy-certificates.ts';
import { openNodeStreams } from './node-streams.ts';
import { systemOverlay } from './system-overlay.ts';

/**
 * What every server process stands on: storage, accounts and the Kubernetes API's pipeline, opened the same way in each.
 * The pipeline runs in the process that needs it; no server process asks another for an object.
 */
export interface ControlPlane {
  /** The objects of clusters, as everything above storage sees them: sealed bodies open, what every cluster has in place. */
  storage: OverlayStorage;
  /** Fences, cursors, wake-ups, occurrences: what the control plane keeps beside the objects. */
  engine: StorageEngine;
  /** Rings when a cluster has changed, in any process. */
  wake: Wake;
  accounts: Accounts;
  api: ApiServer;
  /** The API of a cluster as a part of the control plane: `system:serviceaccount:kube-system:deployment-controller`, `system:node:a`. */
  clientAs: (cluster: ClusterId, user: UserInfo) => ClusterClient;
}

export type ControlPlaneConfig = z.infer<typeof controlPlaneForm>;

/** Opens everything and gives it to `owns`. Connections are made with the first use. */
export function openControlPlane(config: ControlPlaneConfig, logger: Logger, owns: AsyncDisposableStack): ControlPlane {
  const masterKey = readMasterKey(config.MASTER_KEY_FILE);
  const wake = owns.use(new RedisWake({ url: config.REDIS_URL, logger }));
  const engine = owns.use(openPostgresStorage({ url: config.DATABASE_URL, wake }));
  const sealer = new Sealer({ dataKeys: engine.dataKeys, wrapper: keyWrapperOf(masterKey) });
  const storage = overlayStorage(sealedStorage(engine, { sealer }), systemOverlay);
  const accounts = owns.use(
    openAccounts({
      databaseUrl: config.DATABASE_URL,
      masterKey,
      publicUrl: config.PUBLIC_URL,
      endpoints: endpointsOf(config),
      clusterRows: clusterRows({ overlayVersion: systemOverlay.newest }),
      logger,
    }),
  );
  const node = openNodeStreams({ databaseUrl: config.DATABASE_URL, masterKey, certificates: accounts.certificates, owns });
  const api = owns.use(
    new ApiServer({
      storage,
      node,
      frontProxy: new FrontProxyCertificates(accounts.certificates),
      authenticator: accounts,
      tokenKeys: accounts.serviceAccountKeys,
      egress: config.EGRESS_ADDRESSES,
      audit: accounts.clusterAudit,
      logger,
    }),
  );
  return { storage, engine, wake, accounts, api, clientAs: (cluster, user) => api.client(cluster, user) };
}

function endpointsOf({ CLUSTER_DOMAIN, PUBLIC_URL }: ControlPlaneConfig): ClusterEndpoints {
  if (CLUSTER_DOMAIN !== undefined) return { type: 'hosted', domain: CLUSTER_DOMAIN, publicCertificate: false };
  return { type: 'local', port: Number(new URL(PUBLIC_URL).port || '443') };
}
