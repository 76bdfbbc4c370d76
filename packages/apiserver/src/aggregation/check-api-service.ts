import { type ClusterId, isStatusError } from '@kajitori/apimachinery';
import type { APIService } from '@kajitori/kinds';
import { aggregatedApi } from './aggregated-api.ts';
import { aggregatorUser } from './aggregated-apis.ts';
import { aggregatedHost, aggregatedUpstream, type UpstreamParts } from './aggregated-upstream.ts';
import { identityHeaders } from './front-proxy.ts';
import { upstreamGet } from './upstream-get.ts';

/** What a check of an APIService found, in the words of its condition `Available`. */
export interface ApiServiceCheck {
  status: 'True' | 'False';
  reason: string;
  message: string;
}

const timeoutMilliseconds = 5_000;
const bytesMax = 1024 * 1024;

/** Looks whether the Service of an API is there, listens, has ready pods, and answers as a server of that group and version does. */
export async function checkApiService(parts: UpstreamParts, cluster: ClusterId, object: APIService): Promise<ApiServiceCheck> {
  const api = aggregatedApi(object);
  if (api === undefined) return { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };
  const failed = (reason: string, message: string): ApiServiceCheck => ({ status: 'False', reason, message });
  const { namespace, name, port } = api.service;
  const where = `service/${name} in "${namespace}"`;
  try {
    const endpoints = await parts.dial.endpoints({ cluster, ...api.service });
    if (endpoints.length === 0) return failed('MissingEndpoints', `endpoints for ${where} have no addresses with port ${port}`);
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return failed('ServiceNotFound', `${where} is not present`);
    if (isStatusError(error, 'ServiceUnavailable')) return failed('ServicePortError', `${where} is not listening on port ${port}`);
    throw error;
  }
  const path = `/apis/${api.group}/${api.version}`;
  const url = `https://${aggregatedHost(api)}:${port}${path}`;
  try {
    const upstream = await aggregatedUpstream(parts, cluster, api, path);
    const { status } = await upstreamGet(upstream, {
      host: aggregatedHost(api),
      headers: identityHeaders(aggregatorUser),
      timeoutMilliseconds,
      bytesMax,
    });
    if (status < 200 || status > 299)
      return failed('FailedDiscoveryCheck', `failing or missing response from ${url}: bad status from ${url}: ${status}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failed(
      'FailedDiscoveryCheck',
      `failing or missing response from ${url}: Get ${JSON.stringify(url)}: ${why.replace('error trying to reach service: ', '')}`,
    );
  }
  return { status: 'True', reason: 'Passed', message: 'all checks passed' };
}
