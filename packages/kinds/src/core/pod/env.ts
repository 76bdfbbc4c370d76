import { boolean, inline, object, ref, string, type Infer } from '@kajitori/schema';
import { Quantity } from '../../meta/quantity.ts';

export const EnvVar = object('io.k8s.api.core.v1.EnvVar', {
  name: string(1).required(),
  value: string(2),
  valueFrom: ref(3, () => EnvVarSource),
});
export type EnvVar = Infer<typeof EnvVar>;

export const EnvVarSource = object('io.k8s.api.core.v1.EnvVarSource', {
  fieldRef: ref(1, () => ObjectFieldSelector),
  resourceFieldRef: ref(2, () => ResourceFieldSelector),
  configMapKeyRef: ref(3, () => ConfigMapKeySelector),
  secretKeyRef: ref(4, () => SecretKeySelector),
  fileKeyRef: ref(5, () => FileKeySelector),
});
export type EnvVarSource = Infer<typeof EnvVarSource>;

export const EnvFromSource = object('io.k8s.api.core.v1.EnvFromSource', {
  prefix: string(1),
  configMapRef: ref(2, () => ConfigMapEnvSource),
  secretRef: ref(3, () => SecretEnvSource),
});
export type EnvFromSource = Infer<typeof EnvFromSource>;

export const ConfigMapEnvSource = object('io.k8s.api.core.v1.ConfigMapEnvSource', {
  optional: boolean(2).keepsZero(),
  ...inline(1, { name: string(1) }),
});
export type ConfigMapEnvSource = Infer<typeof ConfigMapEnvSource>;

export const ConfigMapKeySelector = object(
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  {
    key: string(2).required(),
    optional: boolean(3).keepsZero(),
    ...inline(1, { name: string(1) }),
  },
  { atomic: true },
);
export type ConfigMapKeySelector = Infer<typeof ConfigMapKeySelector>;

export const FileKeySelector = object(
  'io.k8s.api.core.v1.FileKeySelector',
  {
    volumeName: string(1).required(),
    path: string(2).required(),
    key: string(3).required(),
    optional: boolean(4).keepsZero().default(false),
  },
  { atomic: true },
);
export type FileKeySelector = Infer<typeof FileKeySelector>;

export const ObjectFieldSelector = object(
  'io.k8s.api.core.v1.ObjectFieldSelector',
  {
    apiVersion: string(1).default('v1'),
    fieldPath: string(2).required(),
  },
  { atomic: true },
);
export type ObjectFieldSelector = Infer<typeof ObjectFieldSelector>;

export const ResourceFieldSelector = object(
  'io.k8s.api.core.v1.ResourceFieldSelector',
  {
    containerName: string(1),
    resource: string(2).required(),
    divisor: ref(3, () => Quantity),
  },
  { atomic: true },
);
export type ResourceFieldSelector = Infer<typeof ResourceFieldSelector>;

export const SecretEnvSource = object('io.k8s.api.core.v1.SecretEnvSource', {
  optional: boolean(2).keepsZero(),
  ...inline(1, { name: string(1) }),
});
export type SecretEnvSource = Infer<typeof SecretEnvSource>;

export const SecretKeySelector = object(
  'io.k8s.api.core.v1.SecretKeySelector',
  {
    key: string(2).required(),
    optional: boolean(3).keepsZero(),
    ...inline(1, { name: string(1) }),
  },
  { atomic: true },
);
export type SecretKeySelector = Infer<typeof SecretKeySelector>;
