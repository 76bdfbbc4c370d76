import type { KubeObject } from '@kajitori/apimachinery';
import {
  type Ingress,
  ingressClasses,
  ingresses,
  isDefaultClass,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  storageClasses,
} from '@kajitori/kinds';
import type { AdmissionPlugin } from './admission.ts';
import { isNewOf } from './is-of.ts';
import type { PolicySource } from './policy-source.ts';

/** Claims that name no class at all get the default one. */
export function defaultStorageClass(policies: PolicySource): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: (request) => isNewOf(persistentVolumeClaims, request),
    async mutate({ call, object }) {
      const { metadata, spec } = object as PersistentVolumeClaim;
      if (spec.storageClassName !== undefined || metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
      const found = newest(
        (await policies.all(call, storageClasses)).filter(({ metadata: { annotations } }) => isDefaultClass(annotations)),
      );
      if (found !== undefined) spec.storageClassName = found.metadata.name;
    },
  };
}

/** Likewise Ingresses. */
export function defaultIngressClass(policies: PolicySource): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    handles: (request) => isNewOf(ingresses, request),
    async mutate({ call, object }) {
      const ingress = object as Ingress;
      if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined)
        return;
      const classes = await policies.all(call, ingressClasses);
      const found = newest(
        classes.filter(({ metadata }) => metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true'),
      );
      if (found !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: found.metadata.name };
    },
  };
}

/** Of several defaults the one that was made last, of those the first by name. */
function newest<T extends KubeObject>(classes: readonly T[]): T | undefined {
  return [...classes].sort(
    ({ metadata: a }, { metadata: b }) =>
      (b.creationTimestamp ?? '').localeCompare(a.creationTimestamp ?? '') || (a.name ?? '').localeCompare(b.name ?? ''),
  )[0];
}
