/** Which headers go on to what a proxy leads to, and which come back. Pure. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { bearerSubprotocol } from '../authentication/authenticator.ts';

/** They speak of one connection, not of the message (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
/** Credentials and claims that were for this API, and what Node settles by itself. */
const never = /^(authorization$|impersonate-|x-remote-|expect$|:)/;
/** A pod must not decide who reads the cluster's own host. */
const crossOrigin = /^access-control-allow-(credentials|headers|methods|origin)$/;

export interface Forwarding {
  /** The client's address, for X-Forwarded-For. */
  clientAddress: string | undefined;
  /** Kept as they are asked: the connection is handed over. */
  upgrade: boolean;
}

/** The headers of a request without what was meant for this server alone. */
export function forwardedRequestHeaders(headers: IncomingHttpHeaders, { clientAddress, upgrade }: Forwarding): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const sent: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || hopByHop.has(name) || named.has(name) || never.test(name)) continue;
    sent[name] = value;
  }
  const host = headers.host ?? headers[':authority'];
  if (typeof host === 'string') sent['host'] = host;
  const protocols = withoutBearer(headers['sec-websocket-protocol']);
  if (protocols === '') delete sent['sec-websocket-protocol'];
  else sent['sec-websocket-protocol'] = protocols;
  if (clientAddress !== undefined)
    sent['x-forwarded-for'] = [headers['x-forwarded-for'], clientAddress].filter((one) => one !== undefined && one !== '').join(', ');
  if (upgrade) Object.assign(sent, { connection: 'Upgrade', upgrade: headers.upgrade ?? '' });
  return sent;
}

function withoutBearer(value: string | undefined): string {
  return (value ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith(bearerSubprotocol))
    .join(', ');
}

/** The headers of an answer. Those of the connection belong to whoever sends it on. */
export function forwardedResponseHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.has(name) && !crossOrigin.test(name)));
}
