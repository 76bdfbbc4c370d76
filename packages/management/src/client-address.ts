import type { Context } from 'hono';

/**
 * The address that a request came from, for counting attempts. A header is only believed where a platform in front of
 * us sets it; the socket is, otherwise.
 */
export function clientAddress(c: Context): string {
  // What the node server adapter puts into the context; there is none in tests that call the app directly.
  const incoming = (c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined)?.incoming;
  return incoming?.socket?.remoteAddress ?? 'unknown';
}
