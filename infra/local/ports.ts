import { once } from 'node:events';
import { createServer } from 'node:net';
import { StepError } from './progress.ts';

/** Inner servers look for a port in so many after the gateway's. */
const searchLength = 50;

async function isFree(port: number, host = '0.0.0.0'): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  }
}

/** @throws StepError when somebody else has the port. */
export async function mustBeFree(port: number, what: string): Promise<void> {
  if (await isFree(port)) return;
  const remedy = `end what listens there (ss -ltnp 'sport = :${port}'), or choose another: npm start -- --port PORT`;
  throw new StepError(`port ${port}, which the ${what} needs, is taken`, { remedy });
}

/** Free loopback ports near a base, below the range that the kernel hands to clients. */
export async function innerPorts(base: number): Promise<{ postgresPort: number; redisPort: number; workerPort: number }> {
  const found: number[] = [];
  for (let port = base; port < base + searchLength && found.length < 3; port += 1) {
    if (await isFree(port, '127.0.0.1')) found.push(port);
  }
  const [postgresPort, redisPort, workerPort] = found;
  if (!postgresPort || !redisPort || !workerPort) throw new StepError(`fewer than three free ports from ${base} to ${base + searchLength}`);
  return { postgresPort, redisPort, workerPort };
}
