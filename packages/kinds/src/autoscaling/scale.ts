import { int32, object, ref, string, type Infer } from '@kajitori/schema';
import { topLevel } from '../meta/top-level.ts';

export const Scale = topLevel('io.k8s.api.autoscaling.v1.Scale', {
  spec: ref(2, () => ScaleSpec).always(),
  status: ref(3, () => ScaleStatus).byValue(),
});
export type Scale = Infer<typeof Scale>;

export const ScaleSpec = object('io.k8s.api.autoscaling.v1.ScaleSpec', {
  replicas: int32(1),
});
export type ScaleSpec = Infer<typeof ScaleSpec>;

export const ScaleStatus = object('io.k8s.api.autoscaling.v1.ScaleStatus', {
  replicas: int32(1).required().default(0),
  selector: string(2),
});
export type ScaleStatus = Infer<typeof ScaleStatus>;
