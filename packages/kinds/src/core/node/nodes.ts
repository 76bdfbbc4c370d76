import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Node } from './node.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { nodeColumns } from './node-columns.ts';
import { validateNode, validateNodeStatus, validateNodeUpdate } from './validate-node.ts';
import { keepStatus } from '../../meta/status-split.ts';

/** A node registers with its status, so creation keeps it. All of its capacity is for pods unless it says otherwise. */
function defaultNode({ spec, status }: Node): void {
  if (status?.allocatable === undefined && status?.capacity !== undefined) status.allocatable = { ...status.capacity };
  if (spec.podCIDR !== undefined && spec.podCIDR !== '' && (spec.podCIDRs ?? []).length === 0) spec.podCIDRs = [spec.podCIDR];
  else if (spec.podCIDR === undefined && spec.podCIDRs?.[0] !== undefined) spec.podCIDR = spec.podCIDRs[0];
}

export const nodes: Kind<Node> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  schema: Node,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    proxy: {
      kind: 'v1/NodeProxyOptions',
      verbs: ['connect:delete', 'connect:get', 'connect:head', 'connect:options', 'connect:patch', 'connect:post', 'connect:put'],
    },
    status: { kind: 'v1/Node', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    defaults: defaultNode,
    prepareForUpdate: keepStatus,
    validate: (node) => [...validateNode(node), ...validateNodeStatus(node)],
    validateUpdate: validateNodeUpdate,
    validateStatusUpdate: validateNodeStatus,
    allowUnconditionalUpdate: true,
  },
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec.unschedulable ?? false) },
  columns: nodeColumns,
};
