import type { OwnerReference } from '@kajitori/apimachinery';
import type { ClusterClient } from '@kajitori/client';
import { catalogue, isAsStored, type Kind } from '@kajitori/kinds';

/** Kinds of the catalogue that can be owned and collected. Views of another kind, and events, are not. */
export const collectableKinds: readonly Kind[] = catalogue.filter(
  ({ stored, hub, verbs, plural }) =>
    stored && hub === undefined && plural !== 'events' && (['list', 'watch', 'delete'] as const).every((verb) => verbs.includes(verb)),
);

/** Those, and the kinds that the cluster defines itself, each as it is stored. */
export async function collectableKindsOf(client: ClusterClient): Promise<readonly Kind[]> {
  const own = await client.customKinds();
  return own.length === 0 ? collectableKinds : [...collectableKinds, ...own.filter(isAsStored)];
}

/** The kind that a reference names, as it is stored; it may be named in any version of a kind of the cluster's own. */
export async function ownerKind(client: ClusterClient, reference: Pick<OwnerReference, 'apiVersion' | 'kind'>): Promise<Kind | undefined> {
  const known = kindOf(collectableKinds, reference);
  if (known !== undefined) return known;
  const kinds = await client.customKinds();
  const own = kindOf(kinds, reference);
  return kinds.find((one) => one.custom?.definition === own?.custom?.definition && isAsStored(one));
}

export function kindOf(kinds: readonly Kind[], { apiVersion, kind }: Pick<OwnerReference, 'apiVersion' | 'kind'>): Kind | undefined {
  return kinds.find((one) => one.kind === kind && (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion);
}
