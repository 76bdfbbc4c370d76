import { boolean, inline, object, ref, string, type Infer } from '@kajitori/schema';
import { Quantity } from '../../meta/quantity.ts';

export const EnvVar = object('io.k8s.api.core.v1.EnvVar', {
  name: string(1).required().describe('Name of the variable.'),
  value: string(2).describe('Its value. $(NAME) is replaced by an earlier variable.'),
  valueFrom: ref(3, () => EnvVarSource).describe('Where the value comes from, when it is not given here.'),
});
export type EnvVar = Infer<typeof EnvVar>;

export const EnvVarSource = object('io.k8s.api.core.v1.EnvVarSource', {
  fieldRef: ref(1, () => ObjectFieldSelector).describe('A field of the pod.'),
  resourceFieldRef: ref(2, () => ResourceFieldSelector).describe('A request or limit of the container.'),
  configMapKeyRef: ref(3, () => ConfigMapKeySelector).describe('An entry of a ConfigMap.'),
  secretKeyRef: ref(4, () => SecretKeySelector).describe('An entry of a Secret.'),
  fileKeyRef: ref(5, () => FileKeySelector).describe('An entry of a file in a volume.'),
});
export type EnvVarSource = Infer<typeof EnvVarSource>;

export const EnvFromSource = object('io.k8s.api.core.v1.EnvFromSource', {
  prefix: string(1).describe('Put before each name.'),
  configMapRef: ref(2, () => ConfigMapEnvSource).describe('ConfigMap whose entries become variables.'),
  secretRef: ref(3, () => SecretEnvSource).describe('Secret whose entries become variables.'),
});
export type EnvFromSource = Infer<typeof EnvFromSource>;

export const ConfigMapEnvSource = object('io.k8s.api.core.v1.ConfigMapEnvSource', {
  optional: boolean(2).keepsZero().describe('Whether it may be missing.'),
  ...inline(1, { name: string(1).describe('Name of the ConfigMap.') }),
});
export type ConfigMapEnvSource = Infer<typeof ConfigMapEnvSource>;

export const ConfigMapKeySelector = object(
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  {
    key: string(2).required().describe('Key of the entry.'),
    optional: boolean(3).keepsZero().describe('Whether it may be missing.'),
    ...inline(1, { name: string(1).describe('Name of the ConfigMap.') }),
  },
  { atomic: true },
);
export type ConfigMapKeySelector = Infer<typeof ConfigMapKeySelector>;

export const FileKeySelector = object(
  'io.k8s.api.core.v1.FileKeySelector',
  {
    volumeName: string(1).required().describe('Volume with the file.'),
    path: string(2).required().describe('Path of the file in the volume.'),
    key: string(3).required().describe('Key of the entry in the file.'),
    optional: boolean(4).keepsZero().default(false).describe('Whether it may be missing.'),
  },
  { atomic: true },
);
export type FileKeySelector = Infer<typeof FileKeySelector>;

export const ObjectFieldSelector = object(
  'io.k8s.api.core.v1.ObjectFieldSelector',
  {
    apiVersion: string(1).default('v1').describe('Version in which the field is named.'),
    fieldPath: string(2).required().describe('The field, such as metadata.name or status.podIP.'),
  },
  { atomic: true },
);
export type ObjectFieldSelector = Infer<typeof ObjectFieldSelector>;

export const ResourceFieldSelector = object(
  'io.k8s.api.core.v1.ResourceFieldSelector',
  {
    containerName: string(1).describe('Container that is meant; needed in volumes.'),
    resource: string(2).required().describe('The resource, such as limits.cpu.'),
    divisor: ref(3, () => Quantity).describe('Unit in which it is told.'),
  },
  { atomic: true },
);
export type ResourceFieldSelector = Infer<typeof ResourceFieldSelector>;

export const SecretEnvSource = object('io.k8s.api.core.v1.SecretEnvSource', {
  optional: boolean(2).keepsZero().describe('Whether it may be missing.'),
  ...inline(1, { name: string(1).describe('Name of the Secret.') }),
});
export type SecretEnvSource = Infer<typeof SecretEnvSource>;

export const SecretKeySelector = object(
  'io.k8s.api.core.v1.SecretKeySelector',
  {
    key: string(2).required().describe('Key of the entry.'),
    optional: boolean(3).keepsZero().describe('Whether it may be missing.'),
    ...inline(1, { name: string(1).describe('Name of the Secret.') }),
  },
  { atomic: true },
);
export type SecretKeySelector = Infer<typeof SecretKeySelector>;
