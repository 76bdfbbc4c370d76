import type { ObjectKey } from '@kajitori/agent-protocol';
import type { Pod } from '@kajitori/kinds';

/** Kinds beside pods that a node may see, and only those that its pods name: the rule of Kubernetes' node authorizer. */
export type ReferredKind = 'ConfigMap' | 'Secret';

export interface Reference extends ObjectKey {
  kind: ReferredKind;
}

/** The ConfigMaps and Secrets that a pod's containers, volumes and image pulls name, each once. */
export function podReferences({ metadata, spec }: Pod): Reference[] {
  const found = new Map<string, Reference>();
  const add = (kind: ReferredKind, name: string | undefined): void => {
    if (name !== undefined && name !== '') found.set(`${kind}/${name}`, { kind, namespace: metadata?.namespace ?? '', name });
  };
  for (const volume of spec?.volumes ?? []) {
    add('ConfigMap', volume.configMap?.name);
    add('Secret', volume.secret?.secretName);
    for (const source of volume.projected?.sources ?? []) {
      add('ConfigMap', source.configMap?.name);
      add('Secret', source.secret?.name);
    }
  }
  for (const container of [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])]) {
    for (const { valueFrom } of container.env ?? []) {
      add('ConfigMap', valueFrom?.configMapKeyRef?.name);
      add('Secret', valueFrom?.secretKeyRef?.name);
    }
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      add('ConfigMap', configMapRef?.name);
      add('Secret', secretRef?.name);
    }
  }
  for (const { name } of spec?.imagePullSecrets ?? []) add('Secret', name);
  return [...found.values()];
}
