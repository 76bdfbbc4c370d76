import type { KubeObject, OwnerReference } from '@kajitori/apimachinery';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/** What is known of an owner that a reference names. */
export type OwnerState =
  /** It is there, and stays as far as its dependents are concerned. */
  | 'solid'
  /** There is no object of that kind, name and uid. */
  | 'absent'
  /** It is being deleted in the foreground, after its dependents. */
  | 'waiting';

export type DependentPlan =
  | { type: 'keep' }
  /** Some owners are gone, others keep it: it forgets the gone ones. */
  | { type: 'disown'; ownerReferences: OwnerReference[] }
  | { type: 'delete'; propagationPolicy: 'Background' | 'Foreground' | 'Orphan' };

/** What becomes of an object, seen from its owners. Rule: Kubernetes' attemptToDeleteItem. */
export function planDependent(
  object: KubeObject,
  owners: readonly { reference: OwnerReference; state: OwnerState }[],
  hasDependents: boolean,
): DependentPlan {
  if (object.metadata.deletionTimestamp !== undefined || owners.length === 0) return { type: 'keep' };
  const solid = owners.filter(({ state }) => state === 'solid');
  if (solid.length === owners.length) return { type: 'keep' };
  if (solid.length > 0) return { type: 'disown', ownerReferences: solid.map(({ reference }) => reference) };
  // An owner waits for it, so it waits for its own dependents likewise.
  if (owners.some(({ state }) => state === 'waiting') && hasDependents) return { type: 'delete', propagationPolicy: 'Foreground' };
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(orphanFinalizer)) return { type: 'delete', propagationPolicy: 'Orphan' };
  return { type: 'delete', propagationPolicy: finalizers.includes(foregroundFinalizer) ? 'Foreground' : 'Background' };
}

export interface OwnerPlan {
  /** Dependents that are to be looked at: they go before their owner. */
  deleteDependents: KubeObject[];
  /** Dependents that forget this owner. */
  orphan: KubeObject[];
  /** The finalizer that has done its work. */
  finalized?: string;
}

/** What an object that is being deleted still has to do with its dependents. */
export function planOwner(object: KubeObject, dependents: readonly KubeObject[]): OwnerPlan {
  const nothing: OwnerPlan = { deleteDependents: [], orphan: [] };
  if (object.metadata.deletionTimestamp === undefined) return nothing;
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(orphanFinalizer)) {
    return dependents.length > 0 ? { ...nothing, orphan: [...dependents] } : { ...nothing, finalized: orphanFinalizer };
  }
  if (!finalizers.includes(foregroundFinalizer)) return nothing;
  const blocking = dependents.filter((one) => referenceTo(one, object)?.blockOwnerDeletion === true);
  if (blocking.length === 0) return { ...nothing, deleteDependents: [...dependents], finalized: foregroundFinalizer };
  return { ...nothing, deleteDependents: [...dependents] };
}

export function referenceTo({ metadata }: KubeObject, owner: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ uid }) => uid === owner.metadata.uid);
}

export function isForeground({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(foregroundFinalizer) === true;
}
