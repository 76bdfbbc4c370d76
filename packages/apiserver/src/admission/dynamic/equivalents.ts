import { apiVersionOf, type ClusterId, type KubeObject } from '@kajitori/apimachinery';
import { catalogue, type Kind } from '@kajitori/kinds';
import { storedKind } from '../../registry/stored.ts';

/** Every version and group under which a cluster serves the objects of a kind too, the kind itself not among them. */
export type EquivalentKinds = (cluster: ClusterId, kind: Kind) => readonly Kind[] | Promise<readonly Kind[]>;

/** The kinds that a cluster defines itself. */
export type OwnKinds = (cluster: ClusterId) => Promise<Iterable<Kind>>;

const byHub = Map.groupBy(catalogue, (kind) => storedKind(kind));

export function equivalentKinds(ownKinds: OwnKinds): EquivalentKinds {
  return async (cluster, kind) => {
    if (kind.custom === undefined) return (byHub.get(storedKind(kind)) ?? []).filter((one) => one !== kind);
    const own = [...(await ownKinds(cluster))];
    return own.filter(({ group, plural, version }) => group === kind.group && plural === kind.plural && version !== kind.version);
  };
}

/** Brings objects of a kind that the cluster defines into another version, by its webhook. */
export type ConvertOwn = (cluster: ClusterId, kind: Kind, objects: readonly KubeObject[], version: string) => Promise<KubeObject[]>;

/**
 * An object of one kind as the other kind that shares its rows shows it. Bodies of subresources have one version only.
 * @throws StatusError InternalError when a webhook is to convert it and does not.
 */
export async function asEquivalent(
  object: KubeObject,
  { from, to, cluster, convert }: { from: Kind; to: Kind; cluster: ClusterId; convert: ConvertOwn },
): Promise<KubeObject> {
  if (from === to || object.kind !== from.kind || object.apiVersion !== apiVersionOf(from)) return object;
  const copy = structuredClone(object);
  if (from.custom?.conversion !== undefined) return (await convert(cluster, from, [copy], to.version))[0] ?? copy;
  const hub = from.hub === undefined ? copy : from.hub.toHub(copy);
  return to.hub === undefined ? { ...hub, apiVersion: apiVersionOf(to), kind: to.kind } : to.hub.fromHub(hub);
}
