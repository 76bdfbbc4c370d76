import { int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { ListMeta } from './list-meta.ts';

export const Status = object('io.k8s.apimachinery.pkg.apis.meta.v1.Status', {
  apiVersion: string(),
  kind: string(),
  metadata: ref(1, () => ListMeta),
  status: string(2),
  message: string(3),
  reason: string(4),
  details: ref(5, () => StatusDetails),
  code: int32(6),
});
export type Status = Infer<typeof Status>;

export const StatusDetails = object('io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails', {
  name: string(1),
  group: string(2),
  kind: string(3),
  causes: list(4, () => StatusCause).atomic(),
  retryAfterSeconds: int32(5),
  uid: string(6),
});
export type StatusDetails = Infer<typeof StatusDetails>;

export const StatusCause = object('io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause', {
  reason: string(1),
  message: string(2),
  field: string(3),
});
export type StatusCause = Infer<typeof StatusCause>;
