import { forbidden, type KubeObject, notFound } from '@kajitori/apimachinery';
import {
  fullAuthority,
  missingRights,
  type PolicyRule,
  quotedList,
  type RoleRef,
  rulesFor,
  ruleText,
  superuserGroup,
} from '@kajitori/authorization';
import type { Authorize } from '../authorization/authorizer.ts';
import type { RbacSource } from '../authorization/rbac-source.ts';
import { type Call, groupResourceOf } from '../call.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { sameButForCollection } from './same-but-for-collection.ts';

const group = 'rbac.authorization.k8s.io';

export interface RbacEscalationServices {
  authorize: Authorize;
  rbac: RbacSource;
}

/**
 * Nobody grants what he does not hold: writing a role needs its rules (or the verb `escalate`), writing a binding the rules of its
 * role (or the verb `bind`), and gathering rules by label needs all there are.
 */
export function rbacEscalation(services: RbacEscalationServices): AdmissionPlugin {
  return {
    name: 'RBACEscalation',
    handles: ({ call, operation }) =>
      call.kind.group === group && (operation === 'CREATE' || operation === 'UPDATE') && !call.user.groups.includes(superuserGroup),
    async validate(request) {
      const { object, old } = request;
      if (object === undefined || (old !== undefined && sameButForCollection(object, old))) return;
      if ('roleRef' in object) await checkBinding(services, request, object);
      else await checkRole(services, request, object);
    },
  };
}

interface RoleDraft {
  rules?: PolicyRule[] | null;
  aggregationRule?: object;
}

async function checkRole(services: RbacEscalationServices, { call, old }: AdmissionRequest, object: KubeObject): Promise<void> {
  const name = object.metadata.name ?? '';
  if (await isAllowed(services, call, 'escalate', { resource: call.kind.plural, name })) return;
  const role = object as RoleDraft;
  const gathers = role.aggregationRule !== undefined || (old as RoleDraft | undefined)?.aggregationRule !== undefined;
  if (gathers && (await refusalText(services, call, fullAuthority)) !== undefined)
    throw forbidden(groupResourceOf(call.kind), name, 'must have cluster-admin privileges to use the aggregationRule');
  const text = await refusalText(services, call, role.rules ?? []);
  if (text !== undefined) throw forbidden(groupResourceOf(call.kind), name, text);
}

async function checkBinding(services: RbacEscalationServices, { call }: AdmissionRequest, object: KubeObject): Promise<void> {
  const { kind, name } = object['roleRef'] as RoleRef;
  const resource = kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (await isAllowed(services, call, 'bind', { resource, name })) return;
  const { clusterRoles, roles } = await services.rbac.newest(call.cluster);
  const rules = kind === 'ClusterRole' ? clusterRoles.get(name) : roles.get(call.namespace)?.get(name);
  if (rules === undefined) throw notFound({ group, resource }, name);
  const text = await refusalText(services, call, rules);
  if (text !== undefined) throw forbidden(groupResourceOf(call.kind), object.metadata.name ?? '', text);
}

async function isAllowed(
  { authorize }: RbacEscalationServices,
  { cluster, user, namespace }: Call,
  verb: string,
  { resource, name }: { resource: string; name: string },
): Promise<boolean> {
  const { allowed } = await authorize(cluster, { user, verb, resource: { group, resource, subresource: '', namespace, name } });
  return allowed;
}

/** Why the user may not grant the rules; undefined when he may. */
async function refusalText(
  { rbac }: RbacEscalationServices,
  { cluster, user, namespace }: Call,
  wanted: readonly PolicyRule[],
): Promise<string | undefined> {
  const held = [...rulesFor(await rbac.newest(cluster), user, namespace)].map(({ rule }) => rule);
  const missing = missingRights(held, wanted).map(ruleText);
  if (missing.length === 0) return undefined;
  const who = `user ${JSON.stringify(user.name)} (groups=${quotedList(user.groups)})`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${[...new Set(missing)].sort().join('\n')}`;
}
