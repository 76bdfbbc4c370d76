import type { RawClient } from './raw-client.ts';

/** One resource as discovery tells it. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
  /** By segment, with their verbs. */
  subresources: Record<string, string[]>;
  /** `GROUP/VERSION/RESOURCE`. */
  key: string;
}

interface GroupDiscovery {
  metadata: { name?: string };
  versions: {
    version: string;
    resources: {
      resource: string;
      responseKind: { kind: string };
      scope: string;
      verbs: string[];
      subresources?: { subresource: string; verbs: string[] }[];
    }[];
  }[];
}

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** All resources of the built-in groups, by aggregated discovery. */
export async function servedResources(client: RawClient): Promise<Resource[]> {
  const roots = await Promise.all(['/api', '/apis'].map((path) => client.send('GET', path, { headers: { accept } })));
  return roots.flatMap((root) => root.json<{ items: GroupDiscovery[] }>().items.flatMap(resourcesOf));
}

function resourcesOf({ metadata: { name: group = '' }, versions }: GroupDiscovery): Resource[] {
  return versions.flatMap(({ version, resources }) =>
    resources.map(({ resource, responseKind, scope, verbs, subresources = [] }) => ({
      group,
      version,
      plural: resource,
      kind: responseKind.kind,
      namespaced: scope === 'Namespaced',
      verbs,
      subresources: Object.fromEntries(subresources.map((one) => [one.subresource, one.verbs])),
      key: `${group}/${version}/${resource}`,
    })),
  );
}

export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The collection's path, in the namespace where the resource has one. */
export function collectionPath({ group, version, plural, namespaced }: Resource, namespace: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespaced ? `/namespaces/${namespace}` : ''}/${plural}`;
}
