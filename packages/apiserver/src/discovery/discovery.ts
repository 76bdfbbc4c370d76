import { apiVersionOf, parseApiVersion } from '@kajitori/apimachinery';
import { compareVersions, type Kind } from '@kajitori/kinds';

/** Versions of one group, most preferred first. */
export interface ApiGroup {
  name: string;
  versions: ApiGroupVersion[];
}

export interface ApiGroupVersion {
  version: string;
  kinds: readonly Kind[];
  /** What a server in the cluster says it serves, as discovery lists it, where that is no kind known here. */
  discovered?: readonly object[];
  /** That server does not say now. */
  stale?: true;
}

export function compareGroupVersions(a: ApiGroupVersion, b: ApiGroupVersion): number {
  return compareVersions(b.version, a.version);
}

/** The catalogue by group and version; the core group is first, versions in Kubernetes' order of preference. */
export function groupsOf(kinds: readonly Kind[]): ApiGroup[] {
  const groups = [...Map.groupBy(kinds, ({ group }) => group)].map(([name, ofGroup]) => ({
    name,
    versions: [...Map.groupBy(ofGroup, ({ version }) => version)]
      .map(([version, ofVersion]) => ({ version, kinds: ofVersion }))
      .sort(compareGroupVersions),
  }));
  return groups.sort((a, b) => Number(b.name === '') - Number(a.name === ''));
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
    ...(kind.stored ? { storageVersionHash: storageVersionHash(kind.hub?.kind ?? kind) } : {}),
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
      versions: versions.map((one) => ({
        version: one.version,
        resources: [...one.kinds.map(discoveredResource), ...(one.discovered ?? [])],
        freshness: one.stale === true ? 'Stale' : 'Current',
      })),
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
