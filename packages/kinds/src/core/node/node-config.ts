import { object, ref, string, type Infer } from '@kajitori/schema';

export const NodeConfigSource = object('io.k8s.api.core.v1.NodeConfigSource', {
  configMap: ref(2, () => ConfigMapNodeConfigSource).describe('ConfigMap with the settings.'),
});
export type NodeConfigSource = Infer<typeof NodeConfigSource>;

export const ConfigMapNodeConfigSource = object('io.k8s.api.core.v1.ConfigMapNodeConfigSource', {
  namespace: string(1).required().describe('Namespace of the ConfigMap.'),
  name: string(2).required().describe('Name of the ConfigMap.'),
  uid: string(3).describe('Id of the ConfigMap.'),
  resourceVersion: string(4).describe('State of the ConfigMap.'),
  kubeletConfigKey: string(5).required().describe('Key of the settings in the ConfigMap.'),
});
export type ConfigMapNodeConfigSource = Infer<typeof ConfigMapNodeConfigSource>;

export const NodeConfigStatus = object('io.k8s.api.core.v1.NodeConfigStatus', {
  assigned: ref(1, () => NodeConfigSource).describe('Settings that the node shall use.'),
  active: ref(2, () => NodeConfigSource).describe('Settings that the node uses.'),
  lastKnownGood: ref(3, () => NodeConfigSource).describe('Settings that the node falls back to.'),
  error: string(4).describe('What was wrong with the settings.'),
});
export type NodeConfigStatus = Infer<typeof NodeConfigStatus>;
