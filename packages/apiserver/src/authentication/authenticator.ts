import type { ClusterId } from '@kajitori/apimachinery';
import type { UserInfo } from '@kajitori/client';

/** Takes what the audit log is to say of a credential: a value by its annotation's key. */
export type NoteCredential = (key: string, value: string) => void;

/**
 * Tells who sends a request to one cluster. A credential is checked with the keys of that cluster alone and never
 * selects one. Undefined: not a credential of this kind; the next authenticator is asked.
 */
export interface Authenticator {
  authenticateToken(cluster: ClusterId, token: string, note?: NoteCredential): Promise<UserInfo | undefined>;
}

/** Longest bearer token that is looked at. */
const tokenLengthMax = 8192;

/** The token of an Authorization header, or of a WebSocket subprotocol that carries one (browsers set no header). */
export function bearerToken(authorization: string | undefined, subprotocols: string | undefined): string | undefined {
  const match = authorization === undefined ? null : /^bearer +([^\s]+)$/i.exec(authorization.trim());
  if (match?.[1] !== undefined && match[1].length <= tokenLengthMax) return match[1];
  const carried = subprotocols
    ?.split(',')
    .map((one) => one.trim())
    .find((one) => one.startsWith(bearerSubprotocol));
  if (carried === undefined) return undefined;
  const token = Buffer.from(carried.slice(bearerSubprotocol.length), 'base64url').toString('utf8');
  return token === '' || token.length > tokenLengthMax ? undefined : token;
}

export const bearerSubprotocol = 'base64url.bearer.authorization.k8s.io.';
