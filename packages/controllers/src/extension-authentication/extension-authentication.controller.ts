import { isStatusError } from '@kajitori/apimachinery';
import { configMaps, nodes } from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { type ControllerDescriptor, watch } from '../runtime/controller.ts';

const namespace = 'kube-system';
const name = 'extension-apiserver-authentication';
const fieldSelector = `metadata.name=${name}`;
const key = [{ namespace, name }];

/**
 * Keeps, where Kubernetes has it, what a server needs to know to believe the front proxy: its authority, its name and its headers. From
 * the first node on: a cluster without one runs no server, and its authorities need not be made.
 */
export const extensionAuthentication: ControllerDescriptor = {
  name: 'extension-authentication',
  user: 'system:kube-aggregator',
  component: 'kube-aggregator',
  watches: [
    watch(nodes, ({ type }) => (type === 'added' ? key : [])),
    watch(configMaps, ({ object }) => (object.metadata.namespace === namespace ? key : []), { fieldSelector }),
  ],
  create: ({ cache, aggregation }) => ({
    async reconcile({ client }) {
      if (cache(nodes).list().length === 0) return done;
      const { client: clients, frontProxy } = await aggregation.authorities();
      const data = {
        'client-ca-file': clients,
        'requestheader-allowed-names': JSON.stringify(['front-proxy-client']),
        'requestheader-client-ca-file': frontProxy,
        'requestheader-extra-headers-prefix': JSON.stringify(['X-Remote-Extra-']),
        'requestheader-group-headers': JSON.stringify(['X-Remote-Group']),
        'requestheader-uid-headers': JSON.stringify(['X-Remote-Uid']),
        'requestheader-username-headers': JSON.stringify(['X-Remote-User']),
      };
      const found = cache(configMaps, fieldSelector).get(namespace, name);
      const maps = client.resource(configMaps);
      try {
        if (found === undefined) await maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data });
        else if (Object.entries(data).some(([file, text]) => found.data?.[file] !== text))
          await maps.update({ ...found, data: { ...found.data, ...data } });
      } catch (error) {
        if (!isStatusError(error, 'AlreadyExists') && !isStatusError(error, 'NotFound')) throw error;
      }
      return done;
    },
  }),
};
