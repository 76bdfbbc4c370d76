import type { ClusterId } from '@kajitori/apimachinery';
import type { ControlPlane } from '@kajitori/control-plane';
import { AnnexSide } from '@kajitori/server-process';
import { type Logger, Metrics } from '@kajitori/telemetry';
import type { Config } from './config.ts';
import { openFront } from './open-front.ts';

/** Serves the clusters whose connections another process of the API hands over, and nobody else. It does not listen. */
export async function serveAnnex(
  config: Config,
  control: ControlPlane,
  { logger, owns }: { logger: Logger; owns: AsyncDisposableStack },
): Promise<void> {
  let isRetired = false;
  const front = openFront(config, control, { metrics: new Metrics(), logger, owns }, { annex: { has: () => isRetired } });
  const side = new AnnexSide({
    onRetired() {
      isRetired = true;
      void front.leave();
    },
  });
  control.api.beside({
    isShared: true,
    serves: () => isRetired,
    press: (cluster) => side.pressing(cluster),
  });
  await control.accounts.ping();
  side.serve(({ tenant, socket, ...from }) => void front.serveGiven(socket, tenant as ClusterId, from));
}
