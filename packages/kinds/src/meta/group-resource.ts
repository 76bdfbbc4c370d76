import { object, string, type Infer } from '@kajitori/schema';

export const GroupResource = object('io.k8s.apimachinery.pkg.apis.meta.v1.GroupResource', {
  group: string(1).required(),
  resource: string(2).required(),
});
export type GroupResource = Infer<typeof GroupResource>;
