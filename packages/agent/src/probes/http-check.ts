import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { HTTPGetAction } from '@kajitori/kinds';
import type { ProbeResult } from './check.ts';
import { dialText } from './dial-text.ts';

export interface HttpTarget {
  podIp: string;
  port: number;
  timeoutMilliseconds: number;
}

const maxBodyBytes = 10 * 1024;

/** A GET that succeeds with 200 to 399. Certificates are not verified: the pod is asked at its own address. Redirects are not followed. */
export function httpCheck(action: HTTPGetAction, { podIp, port, timeoutMilliseconds }: HttpTarget): Promise<ProbeResult> {
  const scheme = action.scheme === 'HTTPS' ? 'https' : 'http';
  const host = action.host === undefined || action.host === '' ? podIp : action.host;
  const path = action.path === undefined || action.path === '' ? '/' : action.path.startsWith('/') ? action.path : `/${action.path}`;
  const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
  const options: RequestOptions & { rejectUnauthorized: boolean } = {
    host,
    port,
    path,
    headers: headersOf(action),
    agent: false,
    rejectUnauthorized: false,
  };
  return new Promise((resolve) => {
    const asking = scheme === 'https' ? secureRequest(options) : request(options);
    const timer = setTimeout(() => {
      asking.destroy();
      resolve({ outcome: 'failure', output: `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)` });
    }, timeoutMilliseconds);
    asking.once('response', (response: IncomingMessage) => {
      const statusCode = response.statusCode ?? 0;
      response.resume().on(
        'data',
        countTo(maxBodyBytes, () => asking.destroy()),
      );
      clearTimeout(timer);
      response.once('close', () =>
        resolve(
          statusCode >= 200 && statusCode < 400
            ? { outcome: 'success' }
            : { outcome: 'failure', output: `HTTP probe failed with statuscode: ${statusCode}` },
        ),
      );
    });
    asking.once('error', (error) => {
      clearTimeout(timer);
      resolve({ outcome: 'failure', output: `Get "${url}": dial tcp ${host}:${port}: connect: ${dialText(error)}` });
    });
    asking.end();
  });
}

function headersOf({ httpHeaders = [] }: HTTPGetAction): Record<string, string[]> {
  const headers: Record<string, string[]> = { 'User-Agent': ['kube-probe/1.36'], Accept: ['*/*'], Connection: ['close'] };
  for (const { name, value } of httpHeaders) (headers[name] ??= []).push(value);
  return headers;
}

/** A probe reads only so much of an answer. */
function countTo(limit: number, over: () => void): (chunk: Buffer) => void {
  let bytes = 0;
  return (chunk) => {
    bytes += chunk.length;
    if (bytes > limit) over();
  };
}
