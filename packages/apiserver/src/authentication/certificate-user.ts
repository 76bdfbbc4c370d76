import { hash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { UserInfo } from '@kajitori/client';

/**
 * Who a connection's client certificate says its client is: the common name is the user, the organizations are the groups. Undefined
 * without one, or with one that the authority of the cluster whose address was dialled did not sign: only that cluster's listener asks.
 */
export function certificateUser(socket: Socket): UserInfo | undefined {
  const { authorized, getPeerCertificate } = socket as Partial<TLSSocket>;
  if (authorized !== true || getPeerCertificate === undefined) return undefined;
  const { subject, raw } = (socket as TLSSocket).getPeerCertificate();
  const name = listed(subject?.CN).at(-1) ?? '';
  if (name === '') return undefined;
  return {
    name,
    groups: [...new Set([...listed(subject.O), 'system:authenticated'])],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${hash('sha256', raw, 'hex')}`] },
  };
}

/** Node gives a part of a name that comes more than once as a list. */
function listed(part: string | string[] | undefined): string[] {
  if (part === undefined) return [];
  return Array.isArray(part) ? part : [part];
}
