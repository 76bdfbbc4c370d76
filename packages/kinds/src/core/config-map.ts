import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, bytes, map, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const ConfigMap = topLevel('io.k8s.api.core.v1.ConfigMap', {
  data: map(2, string()),
  binaryData: map(3, bytes()),
  immutable: boolean(4),
});
export type ConfigMap = Infer<typeof ConfigMap>;

export const configMaps: Kind<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  schema: ConfigMap,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
};
