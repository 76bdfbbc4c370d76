import type { KubeObject } from '@kajitori/apimachinery';
import { type Pod, pods } from '@kajitori/kinds';
import type { Call } from '../call.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { isNewOf } from './is-of.ts';

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** A pod that gets a node gets the node's zone and region as labels, which the downward API can tell its containers. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  handles: (request) => isBinding(request) || (isNewOf(pods, request) && ((request.object as Pod).spec.nodeName ?? '') !== ''),
  async mutate(request) {
    const { call, object } = request;
    if (object === undefined) return;
    const name = isBinding(request) ? (object['target'] as { name?: string } | undefined)?.name : (object as Pod).spec.nodeName;
    const labels = await topologyOf(call, name ?? '');
    if (Object.keys(labels).length > 0) object.metadata.labels = { ...object.metadata.labels, ...labels };
  },
};

function isBinding({ call, operation }: AdmissionRequest): boolean {
  const ofPod = call.subresource === 'binding' && call.kind === (pods as unknown);
  return operation === 'CREATE' && (ofPod || (call.kind.kind === 'Binding' && call.kind.group === ''));
}

async function topologyOf({ storage }: Call, name: string): Promise<NonNullable<KubeObject['metadata']['labels']>> {
  if (name === '') return {};
  const node = await storage.get({ group: '', resource: 'nodes', namespace: '', name });
  return Object.fromEntries(copied.flatMap((key) => (node?.labels[key] === undefined ? [] : [[key, node.labels[key]]])));
}
