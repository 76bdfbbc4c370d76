import { hash } from 'node:crypto';
import { Agent } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { unreachable } from './unreachable.ts';

/** How a server proves itself: by a public authority, by one of its own, or by a pinned key. */
export interface Server {
  url: string;
  certificateAuthority?: string;
  /** `sha256//…`: any certificate over this key is the server's. */
  pin?: string;
}

/** The pin of whatever key a server presents: for asking a person whether it is the right one. */
export async function presentedPin(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 443), servername: nameFor(hostname), rejectUnauthorized: false }, () => {
      resolve(pinOf(socket));
      socket.destroy();
    });
    socket.on('error', (error) => reject(unreachable(url, error)));
  });
}

export function agentFor({ certificateAuthority, pin }: Server): Agent {
  if (pin === undefined) return new Agent({ keepAlive: true, ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }) });
  const agent = new Agent({ keepAlive: true });
  // The key is compared before the first byte of a request is written.
  agent.createConnection = (options, done) => {
    const { host = '', port } = options as { host?: string; port?: number | string };
    const socket = connect({ host, port: Number(port), servername: nameFor(host), rejectUnauthorized: false });
    socket.once('secureConnect', () => {
      if (pinOf(socket) === pin) done?.(null, socket);
      else socket.destroy(Object.assign(new Error('the server does not hold the key that was pinned'), { code: 'PIN_MISMATCH' }));
    });
    socket.once('error', (error) => done?.(error, socket));
    return undefined;
  };
  return agent;
}

/** Names are sent, addresses must not be. */
const nameFor = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host);

function pinOf(socket: TLSSocket): string {
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  return key === undefined ? '' : `sha256//${hash('sha256', key, 'base64')}`;
}
