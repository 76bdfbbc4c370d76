import { badRequest } from '@kajitori/apimachinery';
import type { Schema } from '../schema.ts';
import { isRecord, own } from '../walk/compiled.ts';
import { badArgument, badPatchType, noMergeKey, patchDirective, plainFields, shown } from './directives.ts';
import { type Identity, orderedElements } from './list-order.ts';

/** Merges lists whose schema says `x-kubernetes-patch-strategy: merge`. Lists given as `live` are the caller's own. */

export type MergeObjects = (
  live: Record<string, unknown>,
  patch: Record<string, unknown>,
  schema: Schema | undefined,
) => Record<string, unknown>;

export interface ListPlan {
  /** Whether elements merge; otherwise the patch's list replaces the object's. */
  merges: boolean;
  /** Absent for lists of scalars. */
  mergeKey: string | undefined;
  items: Schema | undefined;
}

export function listPlan(schema: Schema | undefined): ListPlan {
  const strategies = schema?.['x-kubernetes-patch-strategy']?.split(',') ?? [];
  return { merges: strategies.includes('merge'), mergeKey: schema?.['x-kubernetes-patch-merge-key'], items: schema?.items };
}

export function identityOf({ mergeKey }: ListPlan): Identity {
  if (mergeKey === undefined) return (element) => element;
  return (element) => {
    const value = isRecord(element) ? own(element, mergeKey) : undefined;
    if (value === undefined) throw noMergeKey(element, mergeKey);
    return value;
  };
}

export function mergeLists(live: unknown[], patch: readonly unknown[], plan: ListPlan, mergeObjects: MergeObjects): unknown[] {
  if (live.length === 0 && patch.length === 0) return live;
  const kind = checkElements(live, patch);
  if (kind === 'scalar') {
    const merged = [...new Set([...live, ...patch])];
    return orderedElements({ merged, patchOrder: patch, liveOrder: live, identity: (element) => element });
  }
  if (plan.mergeKey === undefined) throw badRequest(`cannot merge lists without merge key for ${plan.items?.typeName ?? 'this list'}`);
  const identity = identityOf(plan);
  const { remaining, toMerge } = obeyElementDirectives(live, patch as Record<string, unknown>[], identity);
  const merged = mergeElements(remaining, toMerge, { plan, identity, mergeObjects });
  return orderedElements({ merged, patchOrder: toMerge, liveOrder: remaining, identity });
}

/** All elements must be objects, or all scalars. */
function checkElements(...lists: readonly (readonly unknown[])[]): 'object' | 'scalar' {
  let kind: string | undefined;
  for (const element of lists.flat(1)) {
    if (Array.isArray(element)) throw badRequest('lists of lists are not supported');
    const found = isRecord(element) ? 'object' : typeof element;
    if (kind !== undefined && kind !== found) throw badRequest(`list element types are not identical: ${shown(lists)}`);
    kind = found;
  }
  return kind === 'object' ? 'object' : 'scalar';
}

/** `$patch: delete` removes the element with its key; `$patch: replace` lets only the patch's elements remain. */
function obeyElementDirectives(
  live: unknown[],
  patch: readonly Record<string, unknown>[],
  identity: Identity,
): { remaining: unknown[]; toMerge: Record<string, unknown>[] } {
  const toMerge: Record<string, unknown>[] = [];
  const deleted = new Set<unknown>();
  let replaces = false;
  for (const element of patch) {
    switch (own(element, patchDirective)) {
      case undefined:
      case 'merge':
        toMerge.push(element);
        break;
      case 'delete':
        deleted.add(identity(element));
        break;
      case 'replace':
        replaces = true;
        break;
      default:
        throw badPatchType(element[patchDirective], element);
    }
  }
  if (replaces) return { remaining: [], toMerge };
  return { remaining: deleted.size === 0 ? live : live.filter((element) => !deleted.has(identity(element))), toMerge };
}

interface ElementMerge {
  plan: ListPlan;
  identity: Identity;
  mergeObjects: MergeObjects;
}

function mergeElements(
  live: readonly unknown[],
  patch: readonly Record<string, unknown>[],
  { plan, identity, mergeObjects }: ElementMerge,
): unknown[] {
  const merged = [...live];
  const places = new Map<unknown, number>();
  for (const [at, element] of merged.entries()) if (!places.has(identity(element))) places.set(identity(element), at);
  for (const element of patch) {
    const key = identity(element);
    const at = places.get(key);
    if (at === undefined) {
      places.set(key, merged.length);
      merged.push(plainFields(element));
    } else merged[at] = mergeObjects(merged[at] as Record<string, unknown>, element, plan.items);
  }
  return merged;
}

/** The patch's elements must stand in the order that `$setElementOrder` gives. */
export function checkElementOrder(patch: readonly unknown[], order: readonly unknown[], field: string, plan: ListPlan): void {
  if (order.length === 0 || patch.length === 0) return;
  const identity = identityOf(plan);
  const kept = patch.filter((element) => !isRecord(element) || own(element, patchDirective) === undefined);
  let at = 0;
  for (const element of order) if (at < kept.length && identity(element) === identity(kept[at])) at += 1;
  if (at < kept.length) {
    throw badRequest(`The order in patch list:\n${shown(patch)}\n doesn't match $setElementOrder/${field} list:\n${shown(order)}\n`);
  }
}

export function asList(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw badArgument('[]interface {}', value);
  return value;
}
