import { z } from 'zod';
import { maxDesiredObjects } from './limits.ts';

/** The cluster's revision that a message reflects: an object's `resourceVersion` as a number. */
export const revisionForm = z.int().nonnegative();

export const objectKeyForm = z.object({
  kind: z.string().min(1).max(63),
  namespace: z.string().max(63),
  name: z.string().min(1).max(253),
});
/** Names one object of the desired state. `namespace` is empty for kinds that have none. */
export type ObjectKey = z.infer<typeof objectKeyForm>;

/**
 * An object as the API serves it in its hub version, Secret data opened. Only what names it is checked here: the gateway sends what admission let in.
 */
export const desiredObjectForm = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1).max(63),
  metadata: z.looseObject({
    name: z.string().min(1).max(253),
    namespace: z.string().max(63).optional(),
    uid: z.string().min(1).max(64),
    resourceVersion: z.string().max(32).optional(),
    generation: z.int().optional(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    deletionGracePeriodSeconds: z.int().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});
export type DesiredObject = z.infer<typeof desiredObjectForm>;

export function objectKeyOf(object: DesiredObject): ObjectKey {
  return { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

export function objectKeyText({ kind, namespace, name }: ObjectKey): string {
  return `${kind}/${namespace}/${name}`;
}

/** One part of the whole desired state. Parts of one sync share the revision and come in order, with nothing between them that changes desired state. */
export const desiredSyncForm = z.object({
  type: z.literal('desiredSync'),
  revision: revisionForm,
  /** From 0. A part 0 begins a new sync and forgets an unfinished one. */
  part: z.int().nonnegative(),
  last: z.boolean(),
  objects: z.array(desiredObjectForm).max(maxDesiredObjects),
});
export type DesiredSync = z.infer<typeof desiredSyncForm>;

export const desiredDeltaForm = z.object({
  type: z.literal('desiredDelta'),
  revision: revisionForm,
  /** New or changed, whole. */
  puts: z.array(desiredObjectForm).max(maxDesiredObjects),
  /** No longer wanted here; with the uid that went, so that a successor of the same name is not taken for it. */
  removes: z.array(objectKeyForm.extend({ uid: z.string().max(64).optional() })).max(maxDesiredObjects),
});
export type DesiredDelta = z.infer<typeof desiredDeltaForm>;
