import type { ControlPlane } from '@kajitori/control-plane';
import { Periodic } from '@kajitori/reconciler';
import type { Logger } from '@kajitori/telemetry';

const maintainMilliseconds = 30_000;
const deletionMilliseconds = 5_000;
const deletionLimit = 20;

/** What must happen some time, whoever does it: old history goes, and the rows of deleted clusters. */
export function startSweeps({ engine, accounts }: ControlPlane, logger: Logger, owns: AsyncDisposableStack): void {
  owns.use(
    new Periodic({
      milliseconds: maintainMilliseconds,
      logger,
      what: 'letting go of old history',
      work: async () => {
        await engine.maintain();
        await accounts.forgetOld();
      },
    }),
  );
  owns.use(
    new Periodic({
      milliseconds: deletionMilliseconds,
      logger,
      what: 'removing deleted clusters',
      work: async () => {
        for (const cluster of await accounts.clusters.beingDeleted(deletionLimit)) {
          await engine.clusters.delete(cluster.id);
          await accounts.clusterAudit.forget(cluster.id);
          await accounts.clusters.deleted(cluster);
        }
      },
    }),
  );
}
