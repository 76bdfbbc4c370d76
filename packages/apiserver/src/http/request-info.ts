import { proxyPath } from '../proxy/proxy-path.ts';

/** What a URL of the Kubernetes API asks for, before it is known whether such a resource exists. */
export interface RequestInfo {
  group: string;
  version: string;
  /** Plural, as in the URL. */
  resource: string;
  namespace: string;
  name: string;
  /** `log`, `status`; for proxies the first segment alone, and the rest in `subpath`, as it was encoded. */
  subresource: string;
  subpath: string;
  verb: string;
}

const verbs: Record<string, string> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
/** Subresources that live under `namespaces/NAME/` and are not resources of that namespace. */
const namespaceSubresources = new Set(['status', 'finalize']);

/**
 * Takes apart `/api/v1/…` and `/apis/GROUP/VERSION/…`. Undefined for every other path, and for the roots of groups and
 * versions. Segments are decoded; an empty or undecodable one makes the path unknown.
 */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo | undefined {
  const proxied = proxyPath(path);
  const segments = decodedSegments(proxied?.prefix ?? path);
  if (segments === undefined) return undefined;
  const core = segments[0] === 'api';
  if (!core && segments[0] !== 'apis') return undefined;
  const [group, version, rest] = core ? ['', segments[1], segments.slice(2)] : [segments[1], segments[2], segments.slice(3)];
  if (group === undefined || version === undefined || rest.length === 0) return undefined;
  let parts = rest;
  let watchPrefix = false;
  if (parts[0] === 'watch' && parts.length > 1) {
    watchPrefix = true;
    parts = parts.slice(1);
  }
  let namespace = '';
  if (parts[0] === 'namespaces' && parts[1] !== undefined && parts[2] !== undefined && !namespaceSubresources.has(parts[2])) {
    namespace = parts[1];
    parts = parts.slice(2);
  }
  const [resource = '', name = '', subresource = '', ...tail] = parts;
  const verb = verbFor(method, name, subresource, query, watchPrefix);
  if (verb === undefined) return undefined;
  return { group, version, resource, namespace, name, subresource, subpath: proxied?.tail.slice(1) ?? tail.join('/'), verb };
}

function verbFor(method: string, name: string, subresource: string, query: URLSearchParams, watchPrefix: boolean): string | undefined {
  const verb = subresource === 'proxy' && method === 'OPTIONS' ? 'get' : verbs[method];
  if (verb === 'get' && subresource === '') {
    if (watchPrefix || (isTrue(query.get('watch')) && (name === '' || query.has('watch')))) return 'watch';
    return name === '' ? 'list' : 'get';
  }
  if (verb === 'delete' && name === '') return 'deletecollection';
  return verb;
}

/** Booleans in queries: `true`, `1`, or present without a value. */
export function isTrue(text: string | null): boolean {
  return text !== null && text !== '0' && text.toLowerCase() !== 'false';
}

function decodedSegments(path: string): string[] | undefined {
  const trimmed = path.replace(/^\/+/, '').replace(/\/+$/, '');
  try {
    const segments = trimmed.split('/').map(decodeURIComponent);
    return segments.some((one) => one === '' || one.includes('\0')) ? undefined : segments;
  } catch {
    return undefined;
  }
}
