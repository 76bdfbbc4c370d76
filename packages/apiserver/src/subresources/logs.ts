import { Readable } from 'node:stream';
import { invalid, invalidObject, parseTime } from '@kajitori/apimachinery';
import { type LogsRequest, type NodeStreams, queryFlag } from '@kajitori/streams';
import type { Call } from '../call.ts';
import type { HttpRequest } from '../http/http-request.ts';
import type { Operations } from '../operations/operations.ts';
import { containerTarget } from './pod-target.ts';

/** `GET pods/NAME/log`: the log as text, without end when it is followed. */
export async function serveLogs(operations: Operations, node: NodeStreams, request: HttpRequest, call: Call): Promise<Response> {
  const pod = await operations.admitConnect(call);
  const target = containerTarget(call.cluster, pod.object, request.query.get('container') ?? '');
  const stream = await node.logs({ ...target, ...logOptions(request.query) }, request.signal);
  const body = Readable.toWeb(stream) as ReadableStream;
  return new Response(body, { status: 200, headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache, no-transform' } });
}

/** `PodLogOptions`, with Kubernetes' rules. @throws StatusError Invalid, naming the option. */
function logOptions(query: URLSearchParams): Omit<LogsRequest, 'cluster' | 'node' | 'namespace' | 'pod' | 'uid' | 'container'> {
  const refuse = (field: string, value: unknown, detail: string): never => {
    throw invalidObject({ group: '', kind: 'PodLogOptions' }, '', [invalid(field, value, detail)]);
  };
  const count = (name: string, least: number): number | undefined => {
    const text = query.get(name);
    if (text === null || text === '') return undefined;
    if (!/^-?\d{1,15}$/.test(text) || Number(text) < least) refuse(name, text, `must be greater than or equal to ${least}`);
    return Number(text);
  };
  const sinceTime = query.get('sinceTime') ?? '';
  if (sinceTime !== '' && parseTime(sinceTime) === undefined) refuse('sinceTime', sinceTime, 'must be an RFC 3339 time');
  const sinceSeconds = count('sinceSeconds', 1);
  if (sinceTime !== '' && sinceSeconds !== undefined)
    refuse('sinceTime', sinceTime, 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  const options = {
    follow: queryFlag(query, 'follow'),
    previous: queryFlag(query, 'previous'),
    timestamps: queryFlag(query, 'timestamps'),
    tailLines: count('tailLines', 0),
    limitBytes: count('limitBytes', 1),
    sinceSeconds,
    sinceTime: sinceTime === '' ? undefined : sinceTime,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== false));
}
