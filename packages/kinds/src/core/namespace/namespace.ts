import { list, object, ref, string, type Infer } from '@kajitori/schema';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Namespace = topLevel('io.k8s.api.core.v1.Namespace', {
  spec: ref(2, () => NamespaceSpec).always(),
  status: ref(3, () => NamespaceStatus).byValue(),
});
export type Namespace = Infer<typeof Namespace>;

export const NamespaceSpec = object('io.k8s.api.core.v1.NamespaceSpec', {
  finalizers: list(1, string()).atomic(),
});
export type NamespaceSpec = Infer<typeof NamespaceSpec>;

export const NamespaceStatus = object('io.k8s.api.core.v1.NamespaceStatus', {
  phase: string(1),
  conditions: list(2, () => NamespaceCondition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type NamespaceStatus = Infer<typeof NamespaceStatus>;

export const NamespaceCondition = object('io.k8s.api.core.v1.NamespaceCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastTransitionTime: ref(4, () => Time),
  reason: string(5),
  message: string(6),
});
export type NamespaceCondition = Infer<typeof NamespaceCondition>;
