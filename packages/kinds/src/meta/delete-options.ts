import { boolean, int64, list, object, ref, string, type Infer } from '@kajitori/schema';

export const DeleteOptions = object('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', {
  apiVersion: string(),
  kind: string(),
  gracePeriodSeconds: int64(1).keepsZero(),
  preconditions: ref(2, () => Preconditions),
  orphanDependents: boolean(3).keepsZero(),
  propagationPolicy: string(4).keepsZero(),
  dryRun: list(5, string()).atomic(),
  ignoreStoreReadErrorWithClusterBreakingPotential: boolean(6).keepsZero(),
});
export type DeleteOptions = Infer<typeof DeleteOptions>;

export const Preconditions = object('io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions', {
  uid: string(1).keepsZero(),
  resourceVersion: string(2).keepsZero(),
});
export type Preconditions = Infer<typeof Preconditions>;
