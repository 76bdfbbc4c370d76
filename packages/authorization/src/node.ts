import type { Attributes, Decision } from './attributes.ts';
import { type PolicyRule, ruleAllows } from './rbac.ts';

export const nodesGroup = 'system:nodes';
const nodeUserPrefix = 'system:node:';

/** The node that a user is, if it is one. */
export function nodeNameOf(user: { name: string; groups: readonly string[] }): string | undefined {
  return user.groups.includes(nodesGroup) && user.name.startsWith(nodeUserPrefix) ? user.name.slice(nodeUserPrefix.length) : undefined;
}

const rule = (apiGroup: string, resources: string[], verbs: string[]): PolicyRule => ({ apiGroups: [apiGroup], resources, verbs });

/** What any node may do; admission (NodeRestriction) narrows pods, and `ownObjects` names, to the node's own. */
const nodeRules: readonly PolicyRule[] = [
  rule('', ['nodes'], ['create', 'get', 'list', 'watch', 'update', 'patch']),
  rule('', ['nodes/status'], ['update', 'patch']),
  rule('', ['pods'], ['get', 'list', 'watch', 'create', 'delete']),
  rule('', ['pods/status'], ['update', 'patch']),
  rule('', ['pods/eviction'], ['create']),
  // Bound to a pod of its own: the gateway asks for no other.
  rule('', ['serviceaccounts/token'], ['create']),
  rule('', ['services'], ['get', 'list', 'watch']),
  rule('discovery.k8s.io', ['endpointslices'], ['get', 'list', 'watch']),
  rule('', ['events'], ['create', 'update', 'patch']),
  rule('events.k8s.io', ['events'], ['create', 'update', 'patch']),
  rule('coordination.k8s.io', ['leases'], ['create', 'get', 'update', 'patch', 'delete']),
  rule('certificates.k8s.io', ['certificatesigningrequests'], ['create', 'get', 'list', 'watch']),
];

/** The node authorizer: fixed rules, and only its own Node object and Lease. Undefined when the user is no node. */
export function authorizeNode(attributes: Attributes): Decision | undefined {
  const node = nodeNameOf(attributes.user);
  if (node === undefined) return undefined;
  if (!nodeRules.some((one) => ruleAllows(one, attributes))) return { allowed: false, reason: 'a node may not do this' };
  const { resource, verb } = attributes;
  const own = resource?.resource === 'nodes' || resource?.resource === 'leases';
  const writes = verb !== 'get' && verb !== 'list' && verb !== 'watch' && verb !== 'create';
  if (own && writes && resource.name !== node)
    return { allowed: false, reason: `node "${node}" may only change its own ${resource.resource}` };
  return { allowed: true, reason: 'node authorizer' };
}
