import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connectUpstream, type Upstream } from '../proxy/upstream.ts';

export interface GetOptions {
  host: string;
  headers: OutgoingHttpHeaders;
  timeoutMilliseconds: number;
  bytesMax: number;
}

/** One GET, read whole. @throws what the way there says, or an Error in time or size. */
export async function upstreamGet(
  upstream: Upstream,
  { host, headers, timeoutMilliseconds, bytesMax }: GetOptions,
): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const connection = await connectUpstream(upstream, signal);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest({
        path: upstream.path,
        headers: { ...headers, host, accept: 'application/json' },
        createConnection: () => connection,
        signal,
      });
      request.once('response', resolve).once('error', reject).end();
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bytesMax) throw new Error(`more than ${bytesMax} bytes were answered`);
      chunks.push(chunk);
    }
    return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
  } finally {
    connection.destroy();
  }
}
