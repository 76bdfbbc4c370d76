import { object, ref, string, type Infer } from '@kajitori/schema';
import { RawExtension } from './raw-extension.ts';

export const WatchEvent = object('io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent', {
  type: string(1).required(),
  object: ref(2, () => RawExtension).required(),
});
export type WatchEvent = Infer<typeof WatchEvent>;
