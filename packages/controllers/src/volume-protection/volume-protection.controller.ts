import { persistentVolumes } from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { type ControllerDescriptor, self, watch } from '../runtime/controller.ts';
import { withoutFinalizer } from './without-finalizer.ts';

const finalizer = 'kubernetes.io/pv-protection';

/** Holds a volume that is being deleted as long as a claim is bound to it. Owns the finalizer `kubernetes.io/pv-protection`. */
export const volumeProtection: ControllerDescriptor = {
  name: 'volume-protection',
  user: 'system:serviceaccount:kube-system:pv-protection-controller',
  component: 'pv-protection-controller',
  watches: [watch(persistentVolumes, (event) => (event.object.metadata.deletionTimestamp === undefined ? [] : self(event)))],
  create: ({ cache }) => ({
    async reconcile({ name, client }) {
      const volume = cache(persistentVolumes).get('', name);
      const held = volume?.metadata.deletionTimestamp !== undefined && volume.metadata.finalizers?.includes(finalizer) === true;
      if (held && volume.status?.phase !== 'Bound') await withoutFinalizer(client.resource(persistentVolumes), volume, finalizer);
      return done;
    },
  }),
};
