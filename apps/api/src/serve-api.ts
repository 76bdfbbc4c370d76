import { localAddress } from '@kajitori/accounts';
import type { ClusterId } from '@kajitori/apimachinery';
import type { ClusterFront, NodeBindings } from '@kajitori/apiserver';
import type { ControlPlane } from '@kajitori/control-plane';
import { Annex } from '@kajitori/server-process';
import { type Logger, Metrics } from '@kajitori/telemetry';
import { installApp, managementApp } from '@kajitori/management';
import { Hono } from 'hono';
import type { Config } from './config.ts';
import { openFront } from './open-front.ts';

/** One listener: /v1, /install and /clusters/ID at the base address, each cluster's Kubernetes API at its own. */
export async function serveApi(
  config: Config,
  control: ControlPlane,
  { logger, owns }: { logger: Logger; owns: AsyncDisposableStack },
): Promise<void> {
  const metrics = new Metrics({ process: true });
  const annex = owns.use(new Annex({ logger }));
  metrics.reading('kajitori_api_annex_clusters', 'Clusters that a second process serves, since they hold up this one.', () => annex.size);
  const front: ClusterFront = openFront(
    config,
    control,
    { metrics, logger, owns },
    { app: baseApp(config, control, { metrics, logger }), annex },
  );
  control.api.beside({
    isShared: false,
    serves: (cluster: ClusterId) => annex.has(cluster),
    press(cluster: ClusterId) {
      if (!annex.take(cluster)) return;
      logger.info({ cluster }, 'a cluster that asks for more than its share is served by the annex');
      void front.leave(cluster);
    },
  });
  const port = await front.listen(config.LISTEN_PORT, config.LISTEN_HOST);
  logger.info({ host: config.LISTEN_HOST, port, clusters: localAddress(1) }, 'listening');
}

function baseApp(
  config: Config,
  { accounts, api, clientAs }: ControlPlane,
  { metrics, logger }: { metrics: Metrics; logger: Logger },
): Hono<{ Bindings: NodeBindings }> {
  const app = new Hono<{ Bindings: NodeBindings }>();
  app.get('/livez', (context) => context.text('ok'));
  app.get('/readyz', async (context) => {
    await accounts.ping();
    return context.text('ok');
  });
  app.get('/metrics', async (context) => context.text(await metrics.text()));
  const management = managementApp({
    accounts,
    clusterClient: clientAs,
    clusterLimits: (cluster) => api.limits(cluster),
    publicUrl: config.PUBLIC_URL,
    publicCertificate: false,
    logger,
  });
  const install = installApp({
    bundleDirectory: config.AGENT_BUNDLE_DIR,
    publicUrl: config.PUBLIC_URL,
    gatewayUrl: config.GATEWAY_URL,
    certificateAuthority: () => accounts.certificates.servingAuthority(),
  });
  app.all('/install', (context) => install.fetch(context.req.raw, context.env));
  app.all('/install/*', (context) => install.fetch(context.req.raw, context.env));
  app.all('*', (context) => management.fetch(context.req.raw, context.env));
  return app;
}
