import { type Node, nodes, type Pod, pods } from '@kajitori/kinds';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { isNewOf } from './is-of.ts';
import type { PolicySource } from './policy-source.ts';

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** A pod that gets a node gets the node's zone and region as labels, which the downward API can tell its containers. */
export const podTopologyLabels = (policies: PolicySource): AdmissionPlugin => ({
  name: 'PodTopologyLabels',
  handles: (request) => isBinding(request) || (isNewOf(pods, request) && ((request.object as Pod).spec.nodeName ?? '') !== ''),
  async mutate(request) {
    const { call, object } = request;
    if (object === undefined) return;
    const name = isBinding(request) ? (object['target'] as { name?: string } | undefined)?.name : (object as Pod).spec.nodeName;
    const labels = name === undefined || name === '' ? {} : topologyOf(await policies.one(call, nodes, name));
    if (Object.keys(labels).length > 0) object.metadata.labels = { ...object.metadata.labels, ...labels };
  },
});

function isBinding({ call, operation }: AdmissionRequest): boolean {
  const ofPod = call.subresource === 'binding' && call.kind === (pods as unknown);
  return operation === 'CREATE' && (ofPod || (call.kind.kind === 'Binding' && call.kind.group === ''));
}

function topologyOf(node: Node | undefined): Record<string, string> {
  const labels = node?.metadata.labels ?? {};
  return Object.fromEntries(copied.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])));
}
