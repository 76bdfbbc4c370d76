import { ref, type Infer } from '@kajitori/schema';
import { DeleteOptions } from '../meta/delete-options.ts';
import { topLevel } from '../meta/top-level.ts';

export const Eviction = topLevel('io.k8s.api.policy.v1.Eviction', {
  deleteOptions: ref(2, () => DeleteOptions),
});
export type Eviction = Infer<typeof Eviction>;
