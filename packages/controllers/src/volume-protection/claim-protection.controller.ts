import { persistentVolumeClaims, type Pod, pods } from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { type ControllerDescriptor, type ObjectName, self, watch } from '../runtime/controller.ts';
import { withoutFinalizer } from './without-finalizer.ts';

const finalizer = 'kubernetes.io/pvc-protection';

/** Holds a claim that is being deleted until no pod on a node uses it. Owns the finalizer `kubernetes.io/pvc-protection`. */
export const claimProtection: ControllerDescriptor = {
  name: 'claim-protection',
  user: 'system:serviceaccount:kube-system:pvc-protection-controller',
  component: 'pvc-protection-controller',
  watches: [
    watch(persistentVolumeClaims, (event) => (event.object.metadata.deletionTimestamp === undefined ? [] : self(event))),
    watch(pods, ({ type, object }) => (type === 'deleted' ? claimsOf(object) : [])),
  ],
  create: ({ cache }) => ({
    async reconcile({ namespace, name, client }) {
      const claim = cache(persistentVolumeClaims).get(namespace, name);
      if (claim?.metadata.deletionTimestamp === undefined || claim.metadata.finalizers?.includes(finalizer) !== true) return done;
      // A pod without a node never starts with a claim that is being deleted.
      const uses = (pod: Pod): boolean => (pod.spec.nodeName ?? '') !== '' && claimsOf(pod).some((one) => one.name === name);
      if (cache(pods).list(namespace).some(uses)) return done;
      // The cache may not show yet a pod that was bound just now.
      const live = await client.resource(pods).list(namespace);
      if (!live.items.some(uses)) await withoutFinalizer(client.resource(persistentVolumeClaims), claim, finalizer);
      return done;
    },
  }),
};

/** Claims that a pod mounts: by name, and those that were made for it alone. */
function claimsOf({ metadata, spec }: Pod): ObjectName[] {
  const namespace = metadata.namespace ?? '';
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== undefined) return [{ namespace, name: persistentVolumeClaim.claimName }];
    return ephemeral === undefined ? [] : [{ namespace, name: `${metadata.name ?? ''}-${name}` }];
  });
}
