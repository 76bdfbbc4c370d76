import type { HttpAnswer, HttpRequest } from '../http/http-request.ts';
import { hashOf } from '../served-kinds/served-kinds.ts';

/** The index of OpenAPI documents with those of a cluster's aggregated servers, by the hashes that these give; they are fetched when somebody asks for one. */
export function withAggregatedDocuments(
  request: HttpRequest,
  documents: ReadonlyMap<string, string>,
  answer: (request: HttpRequest) => HttpAnswer,
): HttpAnswer {
  if (documents.size === 0) return answer(request);
  // What the client has is compared with the whole.
  const headers = { get: (name: string) => (name === 'if-none-match' ? undefined : request.headers.get(name)) };
  const own = answer({ ...request, headers });
  const index = JSON.parse(String(own.body)) as { paths: Record<string, object> };
  for (const [name, hash] of documents) index.paths[name] ??= { serverRelativeURL: `/openapi/v3/${name}?hash=${encodeURIComponent(hash)}` };
  const body = JSON.stringify(index);
  const etag = `"${hashOf(body)}"`;
  const isKnown = request.headers.get('if-none-match') === etag;
  return { status: isKnown ? 304 : 200, headers: { ...own.headers, etag }, body: isKnown ? '' : body };
}
