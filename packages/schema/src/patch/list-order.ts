/**
 * The order of a merged list: elements that the patch names stand in the patch's order, the others in the object's, and
 * the two are interleaved as they were before, as far as that goes. Rule: Kubernetes' strategic merge patch.
 */

/** What tells an element from others: the merge key's value, or the element itself where it is a scalar. */
export type Identity = (element: unknown) => unknown;

export function orderedElements(options: {
  merged: readonly unknown[];
  patchOrder: readonly unknown[];
  liveOrder: readonly unknown[];
  identity: Identity;
}): unknown[] {
  const { merged, patchOrder, liveOrder, identity } = options;
  const patchIndex = indexes(patchOrder, identity);
  const liveIndex = indexes(liveOrder, identity);
  const inPatch = (element: unknown): boolean => patchIndex.has(identity(element));
  const named = sortedBy(merged.filter(inPatch), patchIndex, identity);
  const others = sortedBy(
    merged.filter((element) => !inPatch(element)),
    liveIndex,
    identity,
  );
  return interleaved(others, named, liveIndex, identity);
}

function indexes(elements: readonly unknown[], identity: Identity): Map<unknown, number> {
  const found = new Map<unknown, number>();
  for (const [at, element] of elements.entries()) if (!found.has(identity(element))) found.set(identity(element), at);
  return found;
}

function sortedBy(elements: readonly unknown[], order: ReadonlyMap<unknown, number>, identity: Identity): unknown[] {
  const place = (element: unknown): number => order.get(identity(element)) ?? Number.MAX_SAFE_INTEGER;
  return elements.toSorted((a, b) => place(a) - place(b));
}

/** Keeps the order within either list; one of `others` goes before the first of `named` that followed it in the object. */
function interleaved(
  others: readonly unknown[],
  named: readonly unknown[],
  live: ReadonlyMap<unknown, number>,
  identity: Identity,
): unknown[] {
  const result: unknown[] = [];
  const comesBefore = (other: unknown, place: number): boolean => (live.get(identity(other)) ?? place) < place;
  let next = 0;
  for (const element of named) {
    const place = live.get(identity(element)) ?? -1;
    for (; next < others.length && comesBefore(others[next], place); next += 1) result.push(others[next]);
    result.push(element);
  }
  return [...result, ...others.slice(next)];
}
