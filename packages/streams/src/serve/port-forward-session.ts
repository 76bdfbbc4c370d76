/**
 * Port-forward over SPDY: for every connection the client opens an error stream and a data stream that share a request id.
 * A connection that fails says so on its error stream and leaves the others alone.
 */
import type { Duplex } from 'node:stream';
import { StatusError, isStatusError } from '@kajitori/apimachinery';
import type { NodeStreams, PodTarget } from '../node-streams.ts';
import { joinDuplexes } from '../join-duplexes.ts';
import { headerValue } from '../spdy/header-block.ts';
import { SpdySession } from '../spdy/session.ts';
import type { SpdyStream } from '../spdy/stream.ts';

export const portForwardProtocol = 'portforward.k8s.io';
/** How long one stream of a pair waits for the other. */
const pairMilliseconds = 30_000;

interface Pair {
  port: number;
  data?: SpdyStream;
  error?: SpdyStream;
  timer: NodeJS.Timeout;
}

/** Serves until the client leaves. */
export async function servePortForwardSpdy(transport: Duplex, target: PodTarget, node: NodeStreams): Promise<void> {
  const pairs = new Map<string, Pair>();
  const gone = new AbortController();
  const session = new SpdySession(transport, {
    role: 'server',
    onStream(stream) {
      const place = streamPlace(stream);
      if (place === undefined) {
        stream.destroy();
        return;
      }
      const pair = pairs.get(place.requestId) ?? newPair(place.requestId, place.port);
      if (pair[place.type] !== undefined || pair.port !== place.port) {
        stream.destroy();
        return;
      }
      pair[place.type] = stream;
      stream.accept();
      if (pair.data === undefined || pair.error === undefined) return;
      clearTimeout(pair.timer);
      pairs.delete(place.requestId);
      void forward(pair.data, pair.error, { ...target, port: pair.port }, node, gone.signal);
    },
  });
  const newPair = (requestId: string, port: number): Pair => {
    const timer = setTimeout(() => {
      const pair = pairs.get(requestId);
      pairs.delete(requestId);
      pair?.data?.destroy();
      pair?.error?.destroy();
    }, pairMilliseconds);
    const pair: Pair = { port, timer };
    pairs.set(requestId, pair);
    return pair;
  };
  await session.closed;
  gone.abort();
  for (const { timer } of pairs.values()) clearTimeout(timer);
}

function streamPlace(stream: SpdyStream): { type: 'data' | 'error'; requestId: string; port: number } | undefined {
  const type = headerValue(stream.headers, 'streamtype');
  const portText = headerValue(stream.headers, 'port') ?? '';
  const port = Number(portText);
  if ((type !== 'data' && type !== 'error') || !/^\d{1,5}$/.test(portText) || port < 1 || port > 65_535) return undefined;
  // Clients from before request ids open the error stream first, and the data stream right after it.
  const requestId = headerValue(stream.headers, 'requestid') ?? String(type === 'error' ? stream.id : stream.id - 2);
  return { type, requestId, port };
}

async function forward(
  data: SpdyStream,
  error: SpdyStream,
  request: PodTarget & { port: number },
  node: NodeStreams,
  gone: AbortSignal,
): Promise<void> {
  error.resume();
  try {
    await joinDuplexes(data, await node.portForward(request, gone));
  } catch (failure) {
    error.write(forwardFailure(request, failure));
    data.destroy();
  }
  error.end();
}

/** In the words that kubectl shows after "an error occurred forwarding". */
export function forwardFailure(request: PodTarget & { port: number }, failure: unknown): string {
  const why = isStatusError(failure) ? failure.message : new StatusError('InternalError', 'the connection broke').message;
  return `error forwarding port ${request.port} to pod ${request.pod}, uid ${request.uid}: ${why}`;
}
