import { int64, object, ref, string, type Infer } from '@kajitori/schema';
import { Time } from '../meta/time.ts';

export const Toleration = object('io.k8s.api.core.v1.Toleration', {
  key: string(1),
  operator: string(2),
  value: string(3),
  effect: string(4),
  tolerationSeconds: int64(5).keepsZero(),
});
export type Toleration = Infer<typeof Toleration>;

export const Taint = object('io.k8s.api.core.v1.Taint', {
  key: string(1).required(),
  value: string(2),
  effect: string(3).required(),
  timeAdded: ref(4, () => Time),
});
export type Taint = Infer<typeof Taint>;
