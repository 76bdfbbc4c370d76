import { int64, object, ref, string, type Infer } from '@kajitori/schema';
import { Time } from '../meta/time.ts';

export const Toleration = object('io.k8s.api.core.v1.Toleration', {
  key: string(1).describe('Taint that is tolerated; empty with Exists means all.'),
  operator: string(2).describe('Equal compares values, Exists takes any value. Equal when nothing is said.'),
  value: string(3).describe('Value that is tolerated, for Equal.'),
  effect: string(4).describe('Effect that is tolerated; all when empty.'),
  tolerationSeconds: int64(5).keepsZero().describe('How long a NoExecute taint is tolerated; for ever when nothing is said.'),
});
export type Toleration = Infer<typeof Toleration>;

export const Taint = object('io.k8s.api.core.v1.Taint', {
  key: string(1).required().describe('Name of the taint.'),
  value: string(2).describe('Value of the taint.'),
  effect: string(3).required().describe('NoSchedule keeps new pods away, PreferNoSchedule tries to, NoExecute drives out those that run.'),
  timeAdded: ref(4, () => Time).describe('When the taint was put on.'),
});
export type Taint = Infer<typeof Taint>;
