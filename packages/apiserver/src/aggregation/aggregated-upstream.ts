import type { ClusterId } from '@kajitori/apimachinery';
import type { ClusterDial } from '../cluster-dial/cluster-dial.ts';
import type { Upstream } from '../proxy/upstream.ts';
import type { AggregatedApi } from './aggregated-api.ts';
import type { FrontProxy } from './front-proxy.ts';

export interface UpstreamParts {
  dial: ClusterDial;
  frontProxy: FrontProxy | undefined;
}

/** The name by which an aggregated server is known, and which its certificate must carry. */
export function aggregatedHost({ service: { namespace, name } }: AggregatedApi): string {
  return `${name}.${namespace}.svc`;
}

/** The way to the server of an API: one of its Service's pods, over TLS, as the front proxy. */
export async function aggregatedUpstream(
  { dial, frontProxy }: UpstreamParts,
  cluster: ClusterId,
  api: AggregatedApi,
  path: string,
): Promise<Upstream> {
  const certificate = await frontProxy?.certificate(cluster);
  return {
    path,
    dial: (signal) => dial.service({ cluster, ...api.service }, signal),
    tls: {
      servername: aggregatedHost(api),
      rejectUnauthorized: !api.insecureSkipTLSVerify,
      ...(api.caBundle === undefined ? {} : { ca: api.caBundle }),
      ...certificate,
    },
  };
}
