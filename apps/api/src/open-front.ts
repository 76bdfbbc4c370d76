import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { getRequestListener } from '@hono/node-server';
import { type ClusterId, isClusterId } from '@kajitori/apimachinery';
import { ClusterFront, type NodeBindings } from '@kajitori/apiserver';
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
  annex: Pick<Annex, 'has'> & Partial<Pick<Annex, 'handOver'>>;
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
      handOver(socket, cluster, address) {
        if (annex.handOver === undefined || !annex.has(cluster)) return false;
        annex.handOver(cluster, socket, address);
        return true;
      },
      serve(server, cluster) {
        server.on('request', (incoming, outgoing) => {
          if (cluster !== undefined) boundTo.set(incoming, cluster);
          // HTTP/1 has no other way to tell a client that the next request needs a new connection.
          if (cluster !== undefined && incoming.httpVersionMajor === 1 && annex.has(cluster)) outgoing.setHeader('connection', 'close');
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

/** `ID.k8s.DOMAIN`, where clusters are served by name. */
function clusterOfHost({ CLUSTER_DOMAIN }: Config, incoming: NodeBindings['incoming']): ClusterId | undefined {
  if (CLUSTER_DOMAIN === undefined) return undefined;
  const header = incoming.headers[':authority'] ?? incoming.headers.host;
  const host = (typeof header === 'string' ? header : '').split(':')[0] ?? '';
  const suffix = `.k8s.${CLUSTER_DOMAIN}`;
  const id = host.endsWith(suffix) ? host.slice(0, -suffix.length) : '';
  return isClusterId(id) ? id : undefined;
}
