import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { getRequestListener } from '@hono/node-server';
import { localAddress } from '@kajitori/accounts';
import { type ClusterId, isClusterId } from '@kajitori/apimachinery';
import { ClusterFront, type NodeBindings } from '@kajitori/apiserver';
import type { ControlPlane } from '@kajitori/control-plane';
import { type Logger, Metrics } from '@kajitori/telemetry';
import { installApp, managementApp } from '@kajitori/management';
import { Hono } from 'hono';
import type { config as configType } from './config.ts';

type Config = typeof configType;

/** Names under which pods and clients reach every cluster's API, beside its own address. */
const inClusterNames = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', '10.96.0.1'];

/** One listener: /v1, /install and /clusters/ID at the base address, each cluster's Kubernetes API at its own. */
export async function serveApi(
  config: Config,
  control: ControlPlane,
  { logger, owns }: { logger: Logger; owns: AsyncDisposableStack },
): Promise<void> {
  const publicUrl = new URL(config.PUBLIC_URL);
  const boundTo = new WeakMap<object, ClusterId>();
  const clusterOf = (incoming: NodeBindings['incoming']): ClusterId | undefined => boundTo.get(incoming) ?? clusterOfHost(config, incoming);
  const metrics = new Metrics({ process: true });
  const kubernetes = control.api.http({ clusterOf, metrics, serverAddress: publicUrl.host });
  const app = baseApp(config, control, { metrics, logger });
  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env as unknown as NodeBindings;
      const own = clusterOf(incoming) !== undefined || (incoming.url ?? '').startsWith('/clusters/');
      return (own ? kubernetes.app : app).fetch(request, env);
    },
    { overrideGlobalObjects: false },
  );
  const front = owns.use(
    new ClusterFront({
      clusterAt: async (address) => (await control.accounts.clusterAtAddress(address))?.id,
      certificateFor: async (names) => {
        const { cert, key } = await control.accounts.certificates.servingCertificate(names);
        return { certificate: cert, privateKey: key };
      },
      clientAuthority: (cluster) => control.accounts.certificates.clientAuthority(cluster),
      baseNames: [
        ...new Set([publicUrl.hostname, 'localhost', '127.0.0.1', ...ownAddresses()]),
        ...(config.CLUSTER_DOMAIN === undefined ? [] : [`*.k8s.${config.CLUSTER_DOMAIN}`]),
      ],
      clusterNames: () => inClusterNames,
      connection: (cluster, gone) => control.api.connection(cluster, gone),
      serve(server, cluster) {
        server.on('request', (incoming, outgoing) => {
          if (cluster !== undefined) boundTo.set(incoming, cluster);
          void listener(incoming, outgoing);
        });
        server.on('upgrade', (incoming: IncomingMessage, socket, head) => {
          if (cluster !== undefined) boundTo.set(incoming, cluster);
          void kubernetes.upgrade(incoming, socket, head);
        });
      },
      logger,
    }),
  );
  const port = await front.listen(config.LISTEN_PORT, config.LISTEN_HOST);
  logger.info({ host: config.LISTEN_HOST, port, clusters: localAddress(1) }, 'listening');
}

/** Machines of the same network install from here by address. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => address),
  );
}

/** `ID.k8s.DOMAIN`, where clusters are served by name. */
function clusterOfHost({ CLUSTER_DOMAIN }: Config, incoming: NodeBindings['incoming']): ClusterId | undefined {
  if (CLUSTER_DOMAIN === undefined) return undefined;
  const header = incoming.headers[':authority'] ?? incoming.headers.host;
  const host = (typeof header === 'string' ? header : '').split(':')[0] ?? '';
  const suffix = `.k8s.${CLUSTER_DOMAIN}`;
  const id = host.endsWith(suffix) ? host.slice(0, -suffix.length) : '';
  return isClusterId(id) ? id : undefined;
}

function baseApp(
  config: Config,
  { accounts, clientAs }: ControlPlane,
  { metrics, logger }: { metrics: Metrics; logger: Logger },
): Hono<{ Bindings: NodeBindings }> {
  const app = new Hono<{ Bindings: NodeBindings }>();
  app.get('/livez', (context) => context.text('ok'));
  app.get('/readyz', async (context) => {
    await accounts.ping();
    return context.text('ok');
  });
  app.get('/metrics', async (context) => context.text(await metrics.text()));
  const management = managementApp({ accounts, clusterClient: clientAs, publicUrl: config.PUBLIC_URL, publicCertificate: false, logger });
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
