/** Where a proxied page and its links stand, as the browser sees it. */
export interface ProxiedPlace {
  /** The path of the proxy itself, without a slash at its end: what absolute paths of the page get put before. */
  prefix: string;
  /** `host:port` of the backend, which it may name itself by. */
  backendHost: string;
  /** `host:port` that the client asked for, which the backend was told as Host. */
  requestHost: string;
}

/**
 * A link of a proxied page, or its Location, so that it leads through the proxy again: absolute paths get the proxy's path before them.
 * Relative links and those to other hosts stay.
 */
export function proxiedUrl(text: string, { prefix, backendHost, requestHost }: ProxiedPlace): string {
  const match = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/s.exec(text.trim());
  if (match === null) return text;
  const [, scheme = '', host = '', path = '', rest = ''] = match;
  const toBackend = host === backendHost || host === requestHost;
  if (scheme !== '' && !/^https?$/i.test(scheme)) return text;
  if ((scheme !== '' && host === '') || (host !== '' && !toBackend)) return text;
  if (host !== '' && path === '') return `${prefix}/${rest}`;
  if (!path.startsWith('/')) return text;
  if (path === prefix || path.startsWith(`${prefix}/`)) return `${path}${rest}`;
  return `${prefix}${path}${rest}`;
}
