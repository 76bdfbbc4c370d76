import type { OutgoingHttpHeaders } from 'node:http';
import type { ClusterId } from '@kajitori/apimachinery';
import type { UserInfo } from '@kajitori/client';

/** Who this server is to a cluster's aggregated servers: a certificate of that cluster's front-proxy authority, and of no other. */
export interface FrontProxy {
  certificate(cluster: ClusterId): Promise<{ cert: string; key: string }>;
}

/** How the user is told to a server that trusts the front proxy. What a client sent under these names never gets through. */
export function identityHeaders({ name, uid, groups, extra }: UserInfo): OutgoingHttpHeaders {
  return {
    'x-remote-user': headerText(name),
    ...(uid === undefined || uid === '' ? {} : { 'x-remote-uid': headerText(uid) }),
    'x-remote-group': groups.map(headerText),
    ...Object.fromEntries(
      Object.entries(extra ?? {}).map(([key, values]) => [
        `x-remote-extra-${encodeURIComponent(key.toLowerCase())}`,
        values.map(headerText),
      ]),
    ),
  };
}

/** UTF-8, as Go writes it, in the form that Node takes. */
function headerText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
