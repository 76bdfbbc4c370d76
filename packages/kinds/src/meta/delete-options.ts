import { boolean, int64, list, object, ref, string, type Infer } from '@kajitori/schema';

export const DeleteOptions = object('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', {
  apiVersion: string(),
  kind: string(),
  gracePeriodSeconds: int64(1),
  preconditions: ref(2, () => Preconditions),
  orphanDependents: boolean(3),
  propagationPolicy: string(4),
  dryRun: list(5, string()).atomic(),
  ignoreStoreReadErrorWithClusterBreakingPotential: boolean(6),
});
export type DeleteOptions = Infer<typeof DeleteOptions>;

export const Preconditions = object('io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions', {
  uid: string(1),
  resourceVersion: string(2),
});
export type Preconditions = Infer<typeof Preconditions>;
