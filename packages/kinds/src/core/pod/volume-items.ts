import { int32, object, ref, string, type Infer } from '@kajitori/schema';
import { ObjectFieldSelector, ResourceFieldSelector } from './env.ts';

export const KeyToPath = object('io.k8s.api.core.v1.KeyToPath', {
  key: string(1).required().describe('Key of the entry.'),
  path: string(2).required().describe('Path of the file, below the mount.'),
  mode: int32(3).keepsZero().describe('Permission bits of the file.'),
});
export type KeyToPath = Infer<typeof KeyToPath>;

export const DownwardAPIVolumeFile = object('io.k8s.api.core.v1.DownwardAPIVolumeFile', {
  path: string(1).required().describe('Path of the file, below the mount.'),
  fieldRef: ref(2, () => ObjectFieldSelector).describe('A field of the pod.'),
  resourceFieldRef: ref(3, () => ResourceFieldSelector).describe('A request or limit of a container.'),
  mode: int32(4).keepsZero().describe('Permission bits of the file.'),
});
export type DownwardAPIVolumeFile = Infer<typeof DownwardAPIVolumeFile>;
