import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { getRequestListener } from '@hono/node-server';
import { type ClusterId, isClusterId } from '@kajitori/apimachinery';
import { ClusterFront, type Elsewhere, type NodeBindings } from '@kajitori/apiserver';
import type { ControlPlane } from '@kajitori/control-plane';
import type { Annex } from '@kajitori/server-process';
import type { Logger, Metrics } from '@kajitori/telemetry';
import type { Hono } from 'hono';
import type { Config } from './config.ts';

/** Names under which pods and clients reach every cluster's API, beside its own address. */
const inClusterNames = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', '10.96.0.1'];

export interface FrontParts {
  /** What is served at the base address beside clusters; absent: nothing. */
  app?: Hono<{ Bindings: NodeBindings }>;
  /** Whether a cluster is served elsewhere, and the way there. */
  annex: Annex | Pick<Annex, 'has'>;
}

/** Each cluster's Kubernetes API at its own address and under /clusters/ID of the base address. It does not listen yet. */
export function openFront(
  config: Config,
  control: ControlPlane,
  { metrics, logger, owns }: { metrics: Metrics; logger: Logger; owns: AsyncDisposableStack },
  { app, annex }: FrontParts,
): ClusterFront {
  const publicUrl = new URL(config.PUBLIC_URL);
  const boundTo = new WeakMap<object, ClusterId>();
  const clusterOf = (incoming: NodeBindings['incoming']): ClusterId | undefined => boundTo.get(incoming) ?? clusterOfHost(config, incoming);
  const kubernetes = control.api.http({ clusterOf, metrics, serverAddress: publicUrl.host });
  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env as unknown as NodeBindings;
      const own = app === undefined || clusterOf(incoming) !== undefined || (incoming.url ?? '').startsWith('/clusters/');
      return (own ? kubernetes.app : app).fetch(request, env);
    },
    { overrideGlobalObjects: false },
  );
  return owns.use(
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
      ...('handOver' in annex ? { elsewhere: elsewhereOf(annex, config) } : {}),
      serve(server, cluster) {
        server.on('request', (incoming, outgoing) => {
          if (cluster !== undefined) boundTo.set(incoming, cluster);
          const at = clusterOf(incoming);
          if (at !== undefined && annex.has(at)) leaveConnection(incoming, outgoing);
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
}

/** Machines of the same network install from here by address. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => address),
  );
}

function elsewhereOf(annex: Annex, config: Config): Elsewhere {
  return {
    isUsed: () => annex.size > 0,
    serves: (cluster) => annex.has(cluster),
    clusterNamed: (name) => clusterNamed(config, name),
    handOver: (socket, cluster, from) => annex.handOver(cluster, socket, from),
  };
}

/** The next request of this client needs a new connection, which leads to where its cluster is served. */
function leaveConnection(incoming: NodeBindings['incoming'], outgoing: NodeBindings['outgoing']): void {
  if ('stream' in incoming) incoming.stream.session?.close();
  else outgoing.setHeader('connection', 'close');
}

function clusterOfHost(config: Config, incoming: NodeBindings['incoming']): ClusterId | undefined {
  const header = incoming.headers[':authority'] ?? incoming.headers.host;
  return clusterNamed(config, (typeof header === 'string' ? header : '').split(':')[0] ?? '');
}

/** `ID.k8s.DOMAIN`, where clusters are served by name. */
function clusterNamed({ CLUSTER_DOMAIN }: Config, host: string): ClusterId | undefined {
  if (CLUSTER_DOMAIN === undefined) return undefined;
  const suffix = `.k8s.${CLUSTER_DOMAIN}`;
  const id = host.endsWith(suffix) ? host.slice(0, -suffix.length) : '';
  return isClusterId(id) ? id : undefined;
}
