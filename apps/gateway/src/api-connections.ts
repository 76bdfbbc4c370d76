import { getRequestListener } from '@hono/node-server';
import { ClusterFront } from '@kajitori/apiserver';
import type { ClusterId } from '@kajitori/apimachinery';
import type { ControlPlane } from '@kajitori/control-plane';
import type { ApiConnections } from '@kajitori/gateway';
import type { ClusterDialer, NodeStreams } from '@kajitori/streams';
import type { Logger, Metrics } from '@kajitori/telemetry';

/** Names under which pods reach their cluster's API. */
const inClusterNames = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', '10.96.0.1'];

/**
 * Serves the Kubernetes API to pods: their agents pipe raw connections here, and TLS ends with the certificate of the session's cluster, so no
 * request can name another. Nothing listens.
 */
export function apiConnections(
  { api, accounts }: ControlPlane,
  { node, metrics, owns, logger }: { node: NodeStreams & ClusterDialer; metrics: Metrics; owns: AsyncDisposableStack; logger: Logger },
): ApiConnections {
  const boundTo = new WeakMap<object, ClusterId>();
  const kubernetes = api.http({
    clusterOf: (incoming) => boundTo.get(incoming),
    node,
    metrics,
    serverAddress: 'kubernetes.default.svc:443',
  });
  const listener = getRequestListener((request, env) => kubernetes.app.fetch(request, env), {
    overrideGlobalObjects: false,
  });
  const front = owns.use(
    new ClusterFront({
      clusterAt: async () => undefined,
      certificateFor: async (names) => {
        const { cert, key } = await accounts.certificates.servingCertificate(names);
        return { certificate: cert, privateKey: key };
      },
      baseNames: [],
      clusterNames: () => inClusterNames,
      serve(server, cluster) {
        if (cluster === undefined) throw new Error('only connections of clusters come here');
        server.on('request', (incoming, outgoing) => {
          boundTo.set(incoming, cluster);
          void listener(incoming, outgoing);
        });
        server.on('upgrade', (incoming, socket, head) => {
          boundTo.set(incoming, cluster);
          void kubernetes.upgrade(incoming, socket, head);
        });
      },
      logger,
    }),
  );
  return {
    accept(cluster, connection) {
      connection.on('error', () => connection.destroy());
      front.terminate(connection, cluster, '').catch((error: unknown) => {
        logger.warn({ error, cluster }, "a pod's connection to its API could not be served");
        connection.destroy();
      });
    },
  };
}
