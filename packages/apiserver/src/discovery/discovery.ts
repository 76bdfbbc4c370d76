import { apiVersionOf, parseApiVersion } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';

/** Versions of one group, most preferred first. */
export interface ApiGroup {
  name: string;
  versions: { version: string; kinds: readonly Kind[] }[];
}

/** The catalogue by group and version; the core group is first, versions in Kubernetes' order of preference. */
export function groupsOf(kinds: readonly Kind[]): ApiGroup[] {
  const groups: ApiGroup[] = [];
  for (const kind of kinds) {
    let group = groups.find(({ name }) => name === kind.group);
    if (group === undefined) groups.push((group = { name: kind.group, versions: [] }));
    const version = group.versions.find((one) => one.version === kind.version);
    if (version === undefined) group.versions.push({ version: kind.version, kinds: [kind] });
    else version.kinds = [...version.kinds, kind];
  }
  for (const { versions } of groups) versions.sort((a, b) => compareVersions(b.version, a.version));
  return groups.sort((a, b) => Number(b.name === '') - Number(a.name === ''));
}

/** Kubernetes' version priority: `v2` over `v1` over `v1beta2` over `v1alpha1` over anything else. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [versionRank(a), versionRank(b)];
  for (let at = 0; at < left.length; at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? 1 : a > b ? -1 : 0;
}

function versionRank(version: string): number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return [0, 0, 0];
  const stage = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1;
  return [stage, Number(match[1]), Number(match[3] ?? 0)];
}

/** `GET /api`. */
export function apiVersions(serverAddress: string): object {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] };
}

/** `GET /apis`. */
export function apiGroupList(groups: readonly ApiGroup[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter(({ name }) => name !== '').map(groupDocument) };
}

/** `GET /apis/GROUP`. */
export function apiGroup(group: ApiGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group) };
}

function groupDocument({ name, versions }: ApiGroup): { name: string; versions: object[]; preferredVersion: object } {
  const entries = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] ?? {} };
}

/** `GET /api/v1`, `GET /apis/GROUP/VERSION`. */
export function apiResourceList(groupVersion: { group: string; version: string }, kinds: readonly Kind[]): object {
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(groupVersion), resources: kinds.flatMap(resourceEntries) };
}

function resourceEntries(kind: Kind): object[] {
  const entry = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: [...kind.verbs],
    ...(kind.shortNames === undefined || kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    ...(kind.categories === undefined || kind.categories.length === 0 ? {} : { categories: kind.categories }),
    ...(kind.stored ? { storageVersionHash: storageVersionHash(kind) } : {}),
  };
  const subresources = Object.entries(kind.subresources ?? {}).map(([name, { kind: subject, verbs }]) => {
    const { group, version, kind: answered } = responseKind(subject, kind);
    return {
      name: `${kind.plural}/${name}`,
      singularName: '',
      namespaced: kind.namespaced,
      group,
      version,
      kind: answered,
      verbs: subresourceVerbs(verbs),
    };
  });
  return [entry, ...subresources];
}

function responseKind(subject: string, kind: Kind): { group?: string; version?: string; kind: string } {
  const slash = subject.lastIndexOf('/');
  const gv = parseApiVersion(subject.slice(0, slash)) ?? { group: kind.group, version: kind.version };
  const own = gv.group === kind.group && gv.version === kind.version;
  return { ...(own ? {} : gv), kind: subject.slice(slash + 1) };
}

const connectVerbs: Record<string, string> = {
  get: 'get',
  head: 'get',
  post: 'create',
  put: 'update',
  patch: 'patch',
  delete: 'delete',
  options: 'get',
};

function subresourceVerbs(verbs: readonly string[]): string[] {
  return [...new Set(verbs.map((verb) => (verb.startsWith('connect:') ? (connectVerbs[verb.slice(8)] ?? 'get') : verb)))].sort();
}

function storageVersionHash({ group, version, kind }: Kind): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(`${group}/${version}/${kind}`)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(hash);
  return bytes.toString('base64');
}

/** The aggregated document (`APIGroupDiscoveryList`, v2 and v2beta1 have one form): `/api` lists the core group, `/apis` the others. */
export function aggregatedDiscovery(groups: readonly ApiGroup[], version: 'v2' | 'v2beta1'): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
      versions: versions.map((one) => ({ version: one.version, resources: one.kinds.map(discoveredResource), freshness: 'Current' })),
    })),
  };
}

function discoveredResource(kind: Kind): object {
  return {
    resource: kind.plural,
    responseKind: { group: kind.group, version: kind.version, kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: [...kind.verbs],
    ...(kind.shortNames === undefined || kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    ...(kind.categories === undefined || kind.categories.length === 0 ? {} : { categories: kind.categories }),
    ...(kind.subresources === undefined
      ? {}
      : {
          subresources: Object.entries(kind.subresources).map(([name, { kind: subject, verbs }]) => ({
            subresource: name,
            responseKind: { group: kind.group, version: kind.version, ...responseKind(subject, kind) },
            verbs: subresourceVerbs(verbs),
          })),
        }),
  };
}
