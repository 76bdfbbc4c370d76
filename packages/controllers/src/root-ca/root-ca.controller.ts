import { isStatusError } from '@kajitori/apimachinery';
import { configMaps, namespaces } from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { isNamespaceEnding } from '../replica-set/replica-set.controller.ts';
import { type ControllerDescriptor, watch } from '../runtime/controller.ts';

const name = 'kube-root-ca.crt';
const fieldSelector = `metadata.name=${name}`;
const description = 'kubernetes.io/description';
const text =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Every namespace has a ConfigMap with the CA by which its pods know the API. */
export const rootCa: ControllerDescriptor = {
  name: 'root-ca',
  user: 'system:serviceaccount:kube-system:root-ca-cert-publisher',
  component: 'root-ca-cert-publisher',
  watches: [
    watch(namespaces, ({ type, object }) => (type === 'deleted' ? [] : [{ namespace: '', name: object.metadata.name ?? '' }])),
    watch(configMaps, ({ object }) => [{ namespace: '', name: object.metadata.namespace ?? '' }], { fieldSelector }),
  ],
  create: ({ cache, rootCertificates }) => ({
    async reconcile({ name: namespace, client }) {
      const found = cache(namespaces).get('', namespace);
      if (found === undefined || found.metadata.deletionTimestamp !== undefined || found.status?.phase === 'Terminating') return done;
      const data = { 'ca.crt': rootCertificates };
      const there = cache(configMaps, fieldSelector).get(namespace, name);
      const maps = client.resource(configMaps);
      try {
        if (there === undefined) {
          await maps.create({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { namespace, name, annotations: { [description]: text } },
            data,
          });
        } else if (JSON.stringify(there.data) !== JSON.stringify(data)) {
          await maps.update({
            ...there,
            metadata: { ...there.metadata, annotations: { ...there.metadata.annotations, [description]: text } },
            data,
            binaryData: undefined,
          });
        }
      } catch (error) {
        if (!isStatusError(error, 'AlreadyExists') && !isStatusError(error, 'NotFound') && !isNamespaceEnding(error)) throw error;
      }
      return done;
    },
  }),
};
