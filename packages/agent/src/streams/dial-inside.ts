import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { StatusError } from '@kajitori/apimachinery';

/** Connections that need a helper process each; more are refused. */
const maxHelpers = 16;
let helpers = 0;

/** Runs in the pod's network: pipes its own input and output to a port of the loopback, and says on a fourth pipe when it is connected. */
const helper = `
const socket = require('node:net').connect({ host: 'localhost', port: Number(process.argv[1]), allowHalfOpen: true });
socket.once('connect', () => { require('node:fs').writeSync(3, '1'); process.stdin.pipe(socket); socket.pipe(process.stdout); });
socket.once('error', () => process.exit(1));
`;

/**
 * A connection to a port that a pod opened on its loopback alone, which its address does not reach: made by a helper in the network of that process.
 * @throws StatusError ServiceUnavailable
 */
export function dialInside(processId: number, port: number, signal: AbortSignal | undefined): Promise<Duplex> {
  const refused = new StatusError('ServiceUnavailable', `dial tcp localhost:${port}: connect: connection refused`);
  if (helpers >= maxHelpers)
    return Promise.reject(new StatusError('TooManyRequests', `more than ${maxHelpers} connections to loopback ports at once`));
  helpers++;
  return new Promise((resolve, reject) => {
    const child = spawn('nsenter', [`--net=/proc/${processId}/ns/net`, process.execPath, '-e', helper, String(port)], {
      stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
    });
    const stop = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    child.once('close', () => {
      helpers--;
      signal?.removeEventListener('abort', stop);
      reject(refused);
    });
    // Without nsenter on this machine such ports stay out of reach.
    child.once('error', () => reject(refused));
    child.stdio[3]?.once('data', () => {
      signal?.removeEventListener('abort', stop);
      const connection = Duplex.from({ readable: child.stdout, writable: child.stdin });
      connection.once('close', stop);
      resolve(connection);
    });
  });
}
