/**
 * `nodes/NAME/proxy`: the documents that a kubelet serves for reading, from the node's agent. Nothing else of the node is reached: no other port, no other
 * path, and no way to run anything.
 */
import { Readable } from 'node:stream';
import { badRequest, isStatusError, methodNotAllowed, StatusError } from '@kajitori/apimachinery';
import type { NodeStreams } from '@kajitori/streams';
import { type Call, groupResourceOf } from '../call.ts';
import type { HttpRequest } from '../http/http-request.ts';
import type { Operations } from '../operations/operations.ts';
import { connectOptions } from '../subresources/connect-options.ts';
import { proxyName } from './proxy-name.ts';
import { proxyPath } from './proxy-path.ts';

const json = 'application/json';
const plain = 'text/plain; charset=utf-8';
const documents: Readonly<Record<string, string | undefined>> = {
  '/healthz': plain,
  '/healthz/ping': plain,
  '/healthz/syncloop': plain,
  '/pods': json,
  '/pods/': json,
  '/stats/summary': json,
  '/metrics/resource': 'text/plain; version=0.0.4; charset=utf-8',
  '/configz': json,
};
const kubeletPort = '10250';

export async function serveNodeProxy(operations: Operations, node: NodeStreams, request: HttpRequest, call: Call): Promise<Response> {
  const { name, port } = proxyName(call.name, 'node');
  await operations.admitConnect(call, name, connectOptions(call, request.query, proxyPath(request.path)?.tail));
  if (port !== '' && port !== kubeletPort) throw badRequest(`only port ${kubeletPort} of a node is reached`);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed(groupResourceOf(call.kind), call.verb);
  const path = proxyPath(request.path)?.tail ?? '';
  const type = documents[path];
  if (type === undefined) throw new StatusError('NotFound', 'the server could not find the requested resource');
  const query = request.query.size === 0 ? '' : `?${request.query.toString()}`;
  const document = await node.document({ cluster: call.cluster, node: name, path: `${path}${query}` }, request.signal).catch(tooOld);
  return new Response(Readable.toWeb(document) as ReadableStream, { status: 200, headers: { 'content-type': type } });
}

/** An agent that knows no documents refuses the stream as a bad request, which is not the client's fault. */
function tooOld(error: unknown): never {
  if (!isStatusError(error, 'BadRequest')) throw error;
  throw new StatusError('ServiceUnavailable', 'error trying to reach service: the agent of the node is too old to serve this', {
    cause: error,
  });
}
