import { int64, object, ref, string, type Infer } from '@kajitori/schema';
import { Time } from './time.ts';

export const Condition = object('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', {
  type: string(1).required(),
  status: string(2).required(),
  observedGeneration: int64(3),
  lastTransitionTime: ref(4, () => Time).required(),
  reason: string(5).required(),
  message: string(6).required(),
});
export type Condition = Infer<typeof Condition>;
