import { object, string, type Infer } from '@kajitori/schema';

export const CrossVersionObjectReference = object('io.k8s.api.autoscaling.v2.CrossVersionObjectReference', {
  kind: string(1).required(),
  name: string(2).required(),
  apiVersion: string(3),
});
export type CrossVersionObjectReference = Infer<typeof CrossVersionObjectReference>;
