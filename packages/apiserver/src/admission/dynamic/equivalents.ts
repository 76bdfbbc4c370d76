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

/** An object of one kind as the other kind that shares its rows shows it. Bodies of subresources have one version only. */
export function asEquivalent(object: KubeObject, from: Kind, to: Kind): KubeObject {
  if (from === to || object.kind !== from.kind || object.apiVersion !== apiVersionOf(from)) return object;
  const copy = structuredClone(object);
  const hub = from.hub === undefined ? copy : from.hub.toHub(copy);
  return to.hub === undefined ? { ...hub, apiVersion: apiVersionOf(to), kind: to.kind } : to.hub.fromHub(hub);
}
