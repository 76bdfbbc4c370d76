import { list, object, ref, string, type Infer } from '@kajitori/schema';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Namespace = topLevel(
  'io.k8s.api.core.v1.Namespace',
  {
    spec: ref(2, () => NamespaceSpec)
      .always()
      .describe('What is wanted of the namespace.'),
    status: ref(3, () => NamespaceStatus)
      .byValue()
      .describe('What state it is in.'),
  },
  { description: 'A room of a cluster: names are unique inside it, and access and quotas are given by it.' },
);
export type Namespace = Infer<typeof Namespace>;

export const NamespaceSpec = object('io.k8s.api.core.v1.NamespaceSpec', {
  finalizers: list(1, string()).atomic().describe('Who must finish before the namespace may go.'),
});
export type NamespaceSpec = Infer<typeof NamespaceSpec>;

export const NamespaceStatus = object('io.k8s.api.core.v1.NamespaceStatus', {
  phase: string(1).describe('Active, or Terminating.'),
  conditions: list(2, () => NamespaceCondition)
    .mapBy('type')
    .patch('merge', 'type')
    .describe('How its deletion goes.'),
});
export type NamespaceStatus = Infer<typeof NamespaceStatus>;

export const NamespaceCondition = object('io.k8s.api.core.v1.NamespaceCondition', {
  type: string(1).required().describe('What holds up, or has gone through, the deletion of the namespace.'),
  status: string(2).required().describe('True, False or Unknown.'),
  lastTransitionTime: ref(4, () => Time).describe('When the status last changed.'),
  reason: string(5).describe('One word that says why.'),
  message: string(6).describe('A sentence for people.'),
});
export type NamespaceCondition = Infer<typeof NamespaceCondition>;
