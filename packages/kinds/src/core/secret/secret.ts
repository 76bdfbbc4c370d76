import { boolean, bytes, map, string, type Infer } from '@kajitori/schema';
import { topLevel } from '../../meta/top-level.ts';

export const Secret = topLevel('io.k8s.api.core.v1.Secret', {
  data: map(2, bytes()),
  type: string(3).default('Opaque'),
  stringData: map(4, string()),
  immutable: boolean(5).keepsZero(),
});
export type Secret = Infer<typeof Secret>;
