import { isStatusError } from '@kajitori/apimachinery';
import { namespaces, serviceAccounts } from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { isNamespaceEnding } from '../replica-set/replica-set.controller.ts';
import { type ControllerDescriptor, watch } from '../runtime/controller.ts';

const name = 'default';

/** Every namespace has a ServiceAccount `default`, soon after it appears and again if it is deleted. */
export const defaultServiceAccount: ControllerDescriptor = {
  name: 'default-service-account',
  user: 'system:serviceaccount:kube-system:service-account-controller',
  component: 'serviceaccount-controller',
  watches: [
    watch(namespaces, ({ type, object }) => (type === 'deleted' ? [] : [{ namespace: '', name: object.metadata.name ?? '' }])),
    watch(serviceAccounts, ({ type, object }) =>
      type === 'deleted' && object.metadata.name === name ? [{ namespace: '', name: object.metadata.namespace ?? '' }] : [],
    ),
  ],
  create: ({ cache }) => ({
    async reconcile({ name: namespace, client }) {
      const found = cache(namespaces).get('', namespace);
      if (found === undefined || found.metadata.deletionTimestamp !== undefined || found.status?.phase === 'Terminating') return done;
      if (cache(serviceAccounts).get(namespace, name) !== undefined) return done;
      try {
        await client.resource(serviceAccounts).create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } });
      } catch (error) {
        if (!isStatusError(error, 'AlreadyExists') && !isStatusError(error, 'NotFound') && !isNamespaceEnding(error)) throw error;
      }
      return done;
    },
  }),
};
