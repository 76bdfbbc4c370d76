import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Metrics } from '@kajitori/telemetry';

export interface HealthOptions {
  host: string;
  port: number;
  metrics: Metrics;
  /** Rejects while the process cannot work. */
  ready: () => Promise<unknown>;
  owns: AsyncDisposableStack;
}

/** /livez, /readyz and /metrics: a worker has nothing else to serve. */
export async function serveHealth({ host, port, metrics, ready, owns }: HealthOptions): Promise<void> {
  const server = createServer((request, response) => void answer(request, response, { metrics, ready }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  owns.defer(() => {
    server.close();
    server.closeAllConnections();
  });
}

async function answer(
  { url }: IncomingMessage,
  response: ServerResponse,
  { metrics, ready }: Pick<HealthOptions, 'metrics' | 'ready'>,
): Promise<void> {
  try {
    if (url === '/livez') response.end('ok');
    else if (url === '/metrics') response.end(await metrics.text());
    else if (url === '/readyz') {
      await ready();
      response.end('ok');
    } else {
      response.statusCode = 404;
      response.end('not found');
    }
  } catch {
    response.statusCode = 503;
    response.end('the database does not answer');
  }
}
