import { int64, object, ref, string, type Infer } from '@kajitori/schema';

export const ListMeta = object('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta', {
  selfLink: string(1),
  resourceVersion: string(2),
  continue: string(3),
  remainingItemCount: int64(4).keepsZero(),
  shardInfo: ref(5, () => ShardInfo),
});
export type ListMeta = Infer<typeof ListMeta>;

export const ShardInfo = object('io.k8s.apimachinery.pkg.apis.meta.v1.ShardInfo', {
  selector: string(1).required(),
});
export type ShardInfo = Infer<typeof ShardInfo>;
