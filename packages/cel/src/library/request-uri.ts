/**
 * URLs as Go's `net/url` reads them, which is what Kubernetes promises: unlike a browser it changes nothing that it reads.
 */
export interface RequestUri {
  readonly scheme: string;
  /** With port, without user. */
  readonly host: string;
  readonly escapedPath: string;
  /** What follows the question mark. */
  readonly query: string;
}

const textMax = 16_384;

/** Undefined when the text is neither an absolute URL nor an absolute path. */
export function parseRequestUri(text: string): RequestUri | undefined {
  // Go refuses control characters, so they are looked for.
  // oxlint-disable-next-line no-control-regex
  if (text === '' || text.length > textMax || /[\u0000-\u001f\u007f]/.test(text)) return undefined;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  const rest = scheme === null ? text : text.slice(scheme[0].length);
  const hash = rest.indexOf('#');
  const beforeHash = hash < 0 ? rest : rest.slice(0, hash);
  const mark = beforeHash.indexOf('?');
  const hierarchy = mark < 0 ? beforeHash : beforeHash.slice(0, mark);
  const query = mark < 0 ? '' : beforeHash.slice(mark + 1);
  const name = scheme?.[1]?.toLowerCase() ?? '';
  if (!hierarchy.startsWith('/')) {
    // `mailto:someone` has no path to speak of; text without a scheme is relative.
    return name === '' || rest === '' ? undefined : { scheme: name, host: '', escapedPath: '', query };
  }
  if (!hierarchy.startsWith('//') || (name === '' && hierarchy.startsWith('///'))) return withPath(name, '', hierarchy, query);
  const slash = hierarchy.indexOf('/', 2);
  const authority = slash < 0 ? hierarchy.slice(2) : hierarchy.slice(2, slash);
  const host = hostOf(authority);
  return host === undefined ? undefined : withPath(name, host, slash < 0 ? '' : hierarchy.slice(slash), query);
}

function withPath(scheme: string, host: string, path: string, query: string): RequestUri | undefined {
  if (!validEscapes(path)) return undefined;
  return { scheme, host, escapedPath: escapePath(path), query };
}

function validEscapes(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}

/** The path as written when every character may stand in one, else encoded anew. */
function escapePath(path: string): string {
  if (/^[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]*$/.test(path)) return path;
  return Array.from(Buffer.from(decode(path)), (byte) => {
    const char = String.fromCharCode(byte);
    return byte < 0x80 && /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function hostOf(authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at);
  const host = authority.slice(at + 1);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !validEscapes(user)) return undefined;
  if (host.startsWith('[')) return /^\[[^\]]+\](:\d*)?$/.test(host) ? host : undefined;
  const colon = host.lastIndexOf(':');
  if (colon >= 0 && !/^\d*$/.test(host.slice(colon + 1))) return undefined;
  if (/[\s<>"{}|\\^`#?/]/.test(host) || !validHostEscapes(host)) return undefined;
  return decode(host);
}

/** In a host only characters beyond ASCII may be escaped. */
function validHostEscapes(host: string): boolean {
  return !/%(?![89A-Fa-f][0-9A-Fa-f])/.test(host);
}

export function hostnameOf({ host }: RequestUri): string {
  if (host.startsWith('[')) return host.slice(1, host.indexOf(']'));
  const colon = host.lastIndexOf(':');
  return colon < 0 ? host : host.slice(0, colon);
}

export function portOf({ host }: RequestUri): string {
  return /:(\d*)$/.exec(host.slice(host.indexOf(']') + 1))?.[1] ?? '';
}

/** Values by key, in the order in which they are written; pairs that cannot be read are left out. */
export function queryOf({ query }: RequestUri): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';') || !validEscapes(pair)) continue;
    const equals = pair.indexOf('=');
    const [key, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    const name = decode(key.replaceAll('+', ' '));
    values.set(name, [...(values.get(name) ?? []), decode(value.replaceAll('+', ' '))]);
  }
  return values;
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  const bytes: Buffer[] = [];
  let last = 0;
  for (const match of text.matchAll(/%([0-9A-Fa-f]{2})/g)) {
    bytes.push(Buffer.from(text.slice(last, match.index)), Buffer.from([Number.parseInt(match[1] as string, 16)]));
    last = match.index + 3;
  }
  return Buffer.concat([...bytes, Buffer.from(text.slice(last))]).toString();
}
