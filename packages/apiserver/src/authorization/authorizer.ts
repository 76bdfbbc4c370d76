import { type ClusterId, forbidden, StatusError } from '@kajitori/apimachinery';
import { type Attributes, authorizeByRbac, authorizeNode, type Decision, nodeNameOf, refusalText } from '@kajitori/authorization';
import type { RbacSource } from './rbac-source.ts';

export type Authorize = (cluster: ClusterId, attributes: Attributes) => Promise<Decision>;

/** The chain: superusers, the node authorizer, RBAC. Nobody is let through for want of an answer. */
export function createAuthorizer(source: RbacSource): Authorize {
  return async (cluster, attributes) => {
    if (attributes.user.groups.includes('system:masters')) return { allowed: true, reason: '' };
    const decision = authorizeNode(attributes) ?? authorizeByRbac(await source.snapshot(cluster), attributes);
    if (decision.allowed || nodeNameOf(attributes.user) !== undefined) return decision;
    return authorizeByRbac(await source.snapshotForRefusal(cluster), attributes);
  };
}

/** Answers at once, from what was read before. */
export type Decide = (attributes: Attributes) => Decision;

/** The same chain for many questions in a row that cannot wait: those of an expression. */
export function createDecider(source: RbacSource): (cluster: ClusterId) => Promise<Decide> {
  return async (cluster) => {
    const snapshot = await source.snapshot(cluster);
    return (attributes) => {
      if (attributes.user.groups.includes('system:masters')) return { allowed: true, reason: '' };
      return authorizeNode(attributes) ?? authorizeByRbac(snapshot, attributes);
    };
  };
}

/** What the audit log says of a decision about a request, with an empty reason where nobody gave one, as Kubernetes has it. */
export function noteDecision({ allowed, reason }: Decision, annotations: Map<string, string> | undefined): void {
  annotations?.set('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid').set('authorization.k8s.io/reason', reason);
}

/** The 403 of a refused request, in Kubernetes' words. */
export function refusal(attributes: Attributes, reason: string): StatusError {
  const text = `${refusalText(attributes)}${reason === '' ? '' : `: ${reason}`}`;
  const { resource, path } = attributes;
  if (resource === undefined) return new StatusError('Forbidden', `forbidden: ${text}`, { details: { name: path ?? '' } });
  return forbidden({ group: resource.group, resource: resource.resource }, resource.name, text);
}
