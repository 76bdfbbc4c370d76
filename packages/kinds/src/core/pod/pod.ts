import { ref, type Infer } from '@kajitori/schema';
import { PodSpec } from './pod-spec.ts';
import { PodStatus } from './pod-status.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Pod = topLevel(
  'io.k8s.api.core.v1.Pod',
  {
    spec: ref(2, () => PodSpec)
      .always()
      .describe('What is wanted of the pod.'),
    status: ref(3, () => PodStatus)
      .byValue()
      .describe('How it is.'),
  },
  { description: 'Containers that run together on one node, and share its network and volumes.' },
);
export type Pod = Infer<typeof Pod>;
