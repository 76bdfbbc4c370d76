import type { HttpAnswer, HttpRequest } from '../http/http-request.ts';
import { hashOf } from '../served-kinds/served-kinds.ts';
import type { AggregatedApi } from './aggregated-api.ts';

/** The index of OpenAPI documents with those of a cluster's aggregated servers, which are fetched from them when somebody asks for one. */
export function withAggregatedDocuments(request: HttpRequest, answer: HttpAnswer, apis: readonly AggregatedApi[]): HttpAnswer {
  if (apis.length === 0 || request.path.replace(/\/$/, '') !== '/openapi/v3' || answer.status !== 200) return answer;
  const index = JSON.parse(String(answer.body)) as { paths: Record<string, object> };
  for (const { group, version, available } of apis) {
    const name = `apis/${group}/${version}`;
    if (available) index.paths[name] ??= { serverRelativeURL: `/openapi/v3/${name}` };
  }
  const body = JSON.stringify(index);
  const headers = { ...answer.headers, etag: `"${hashOf(body)}"` };
  return request.headers.get('if-none-match') === headers.etag ? { status: 304, headers, body: '' } : { status: 200, headers, body };
}
