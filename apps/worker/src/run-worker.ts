import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '@kajitori/apimachinery';
import type { ControlPlane } from '@kajitori/control-plane';
import { clusterOccurrences, ControlledCluster, descriptors } from '@kajitori/controllers';
import { Backoff, BullmqQueue, ClusterHost, ReconcileMetrics } from '@kajitori/reconciler';
import { type Logger, Metrics } from '@kajitori/telemetry';
import type { config as configType } from './config.ts';
import { serveHealth } from './serve-health.ts';
import { startSweeps } from './sweeps.ts';

type Config = typeof configType;

/** All workers that share a Redis share the calls. */
const callsName = 'kajitori-calls';

/** Runs the controllers of every cluster that has work and that no other worker holds, and the sweeps over what was left behind. */
export async function runWorker(
  config: Config,
  control: ControlPlane,
  { logger, owns }: { logger: Logger; owns: AsyncDisposableStack },
): Promise<void> {
  const { storage, engine, wake, accounts, api } = control;
  const metrics = new Metrics({ process: true });
  const rootCertificates = await accounts.certificates.servingAuthority();
  const calls = owns.use(new BullmqQueue({ redisUrl: config.REDIS_URL, name: callsName, logger }));
  const host = owns.use(
    new ClusterHost({
      storage: engine,
      wake,
      calls,
      holder: `${hostname()}-${randomUUID()}`,
      metrics: new ReconcileMetrics(metrics),
      backoff: new Backoff(),
      logger,
      clustersMax: config.ACTIVE_CLUSTERS_MAX,
      objectsMax: config.CACHED_OBJECTS_MAX,
      idleMilliseconds: config.IDLE_SECONDS * 1000,
      open: async ({ cluster, fence, since, enqueue, onFenced }) => {
        // A newer release brings what every cluster has.
        await storage.upgrade(cluster);
        return ControlledCluster.open({
          cluster,
          descriptors,
          transport: api.transport(cluster, { fence, onFenced }),
          storage: storage.cluster(cluster),
          since,
          enqueue,
          occurrences: clusterOccurrences(engine.occurrences, cluster),
          rootCertificates,
          aggregation: {
            check: (service) => api.checkApiService(cluster, service),
            authorities: async () => ({
              client: await accounts.certificates.clientAuthority(cluster),
              frontProxy: await accounts.certificates.frontProxyAuthority(cluster),
            }),
          },
          signer: {
            serviceAccountToken: (claims) => accounts.serviceAccountKeys.sign(cluster, claims),
            certificate: (order) => accounts.certificates.orderedCertificate(cluster, order),
          },
          clock: systemClock,
          logger,
        });
      },
    }),
  );
  await host.start();
  startSweeps(control, logger, owns);
  if (config.LISTEN_PORT !== undefined)
    await serveHealth({ host: config.LISTEN_HOST, port: config.LISTEN_PORT, metrics, ready: () => accounts.ping(), owns });
}
