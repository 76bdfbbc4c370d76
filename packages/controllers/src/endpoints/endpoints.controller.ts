import { endpoints, pods, services } from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { deleteObject } from '../pods/claim-writes.ts';
import { isNamespaceEnding } from '../replica-set/replica-set.controller.ts';
import { type ControllerDescriptor, self, watch } from '../runtime/controller.ts';
import { selectsPods, servicesOfPod } from '../services/service-pods.ts';
import { planEndpoints } from './endpoints.plan.ts';

/** The older form of a service's endpoints, which many clients still read: one object with the service's name. */
export const endpointsController: ControllerDescriptor = {
  name: 'endpoints',
  user: 'system:serviceaccount:kube-system:endpoint-controller',
  component: 'endpoint-controller',
  watches: [watch(services, self), watch(pods, servicesOfPod), watch(endpoints, self)],
  create: ({ cache }) => ({
    async reconcile({ namespace, name, client }) {
      const service = cache(services).get(namespace, name);
      const found = cache(endpoints).get(namespace, name);
      const resource = client.resource(endpoints);
      if (service === undefined || service.metadata.deletionTimestamp !== undefined) {
        if (found?.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') await deleteObject(resource, found);
        return done;
      }
      const wanted = selectsPods(service) ? planEndpoints(service, cache(pods).list(namespace), found) : undefined;
      if (wanted === undefined) return done;
      try {
        await (found === undefined ? resource.create(wanted) : resource.update(wanted));
      } catch (error) {
        if (!isNamespaceEnding(error)) throw error;
      }
      return done;
    },
  }),
};
