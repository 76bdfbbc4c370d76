import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { networkInterfaces } from 'node:os';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@kajitori/apimachinery';
import { createClusterClient } from '@kajitori/client';
import type { ControlPlane } from '@kajitori/control-plane';
import { Gateway, PostgresSessionDirectory, RoutedStreams } from '@kajitori/gateway';
import { readMasterKey } from '@kajitori/server-process';
import { relayKey, relayPath, RelayPool, RelayServer } from '@kajitori/streams';
import { type Logger, Metrics } from '@kajitori/telemetry';
import postgres from 'postgres';
import { apiConnections } from './api-connections.ts';
import type { config as configType } from './config.ts';

type Config = typeof configType;

const directoryConnectionsMax = 4;
/** The serving certificate is asked for again this often; it is made anew only when it nears its end. */
const certificateCheckMilliseconds = 3_600_000;

/** Takes agents' sessions, and streams of other processes to the nodes whose sessions it holds. */
export async function serveGateway(
  config: Config,
  control: ControlPlane,
  { logger, owns }: { logger: Logger; owns: AsyncDisposableStack },
): Promise<void> {
  const server = createServer({ ...(await certificate(config, control)), minVersion: 'TLSv1.2' });
  const port = await listen(server, config);
  const self = { instance: randomUUID(), address: config.INSTANCE_ADDRESS ?? `127.0.0.1:${port}` };
  const sql = postgres(config.DATABASE_URL, { max: directoryConnectionsMax, idle_timeout: 15, onnotice: () => undefined });
  owns.defer(() => sql.end({ timeout: 1 }));
  const metrics = new Metrics({ process: true });
  const directory = new PostgresSessionDirectory(sql, self);
  const key = relayKey(readMasterKey(config.MASTER_KEY_FILE));
  const relays = owns.use(
    new RelayPool({ key, clock: systemClock, caCertificates: await control.accounts.certificates.servingAuthority() }),
  );
  const gateway: Gateway = new Gateway({
    storage: control.storage,
    identity: control.accounts.nodeIdentity,
    fences: control.engine.fences,
    directory,
    clients: {
      forNode({ cluster, name, fence, onFenced }) {
        const transport = control.api.transport(cluster, { fence, onFenced });
        return createClusterClient(transport, { name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] });
      },
    },
    // What pods ask of their API may lead back to nodes, of this process or of another.
    apiConnections: apiConnections(control, {
      node: new RoutedStreams({
        local: { find: (session) => gateway.find(session), anyNode: (cluster) => gateway.anyNode(cluster) },
        remote: { directory, relays, instance: self.instance },
      }),
      metrics,
      owns,
      logger,
    }),
    clock: systemClock,
    logger,
    metrics,
  });
  const relay = new RelayServer({
    instance: self.instance,
    key,
    clock: systemClock,
    // What another process sends here ends here: a node that has left is not looked for again.
    node: new RoutedStreams({ local: gateway }),
  });
  server.on('request', (request, response) => void answer(request, response, { control, metrics }));
  server.on('upgrade', (request, socket, head) => {
    if ((request.url ?? '') === relayPath) relay.upgrade(request, socket, head);
    else if (gateway.takes(request)) void gateway.upgrade(request, socket, head);
    else socket.destroy();
  });
  keepCertificate(server, config, control, owns);
  owns.defer(async () => {
    server.close();
    await gateway.drain();
    await gateway[Symbol.asyncDispose]();
    relay[Symbol.dispose]();
    server.closeAllConnections();
  });
  logger.info({ host: config.LISTEN_HOST, port, ...self }, 'listening');
}

/** For the name that agents dial and for every address of this machine: agents beside it may come over any of them. */
async function certificate({ GATEWAY_URL }: Config, { accounts }: ControlPlane): Promise<{ cert: string; key: string }> {
  const own = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter(({ family }) => family === 'IPv4').map((one) => one.address),
  );
  const { cert, key } = await accounts.certificates.servingCertificate([
    ...new Set([new URL(GATEWAY_URL).hostname, 'localhost', '127.0.0.1', ...own]),
  ]);
  return { cert, key };
}

function keepCertificate(server: Server, config: Config, control: ControlPlane, owns: AsyncDisposableStack): void {
  const timer = setInterval(
    () => void certificate(config, control).then((fresh) => server.setSecureContext(fresh)),
    certificateCheckMilliseconds,
  );
  timer.unref();
  owns.defer(() => clearInterval(timer));
}

async function listen(server: Server, { LISTEN_PORT, LISTEN_HOST }: Config): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: LISTEN_PORT, host: LISTEN_HOST, backlog: 4096 }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { control, metrics }: { control: ControlPlane; metrics: Metrics },
): Promise<void> {
  try {
    if (request.url === '/livez') response.end('ok');
    else if (request.url === '/readyz') {
      await control.accounts.ping();
      response.end('ok');
    } else if (request.url === '/metrics') response.end(await metrics.text());
    else {
      response.statusCode = 404;
      response.end('not found');
    }
  } catch {
    response.statusCode = 503;
    response.end('the database does not answer');
  }
}
