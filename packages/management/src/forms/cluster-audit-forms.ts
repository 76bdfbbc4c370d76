import { clusterAuditKept } from '@kajitori/accounts';
import { auditLevels, auditStages } from '@kajitori/policies';
import { instant, pageQuery, z } from './route-parts.ts';

const term = z.string().max(253).optional();

/** Each that is given must be met. */
export const auditFilterQuery = z.object({
  from: instant.optional(),
  to: instant.optional().openapi({ description: 'Events before this instant.' }),
  user: term.openapi({ description: 'Who sent the request, as the Kubernetes API names them.' }),
  verb: term,
  resource: term.openapi({ description: 'Plural, with its subresource.', example: 'pods/exec' }),
  namespace: term,
  name: term,
});
export const auditListQuery = pageQuery.extend(auditFilterQuery.shape);

export const auditEventForm = z.record(z.string(), z.unknown()).openapi('ClusterAuditEvent', {
  description: `An audit.k8s.io/v1 Event. Kept for ${clusterAuditKept.days} days, and at most ${clusterAuditKept.bytes / 1024 / 1024} MiB of a cluster.`,
});

/** For the document: what is sent is read by the policy's own rules, which name each wrong field. */
export const auditPolicyForm = z
  .looseObject({
    apiVersion: z.string().openapi({ example: 'audit.k8s.io/v1' }),
    kind: z.string().openapi({ example: 'Policy' }),
    rules: z.array(z.looseObject({ level: z.string().openapi({ description: auditLevels.join(', ') }) })),
    omitStages: z
      .array(z.string())
      .optional()
      .openapi({ description: auditStages.join(', ') }),
    omitManagedFields: z.boolean().optional(),
  })
  .openapi('AuditPolicy');

interface FilterText {
  from?: string | undefined;
  to?: string | undefined;
}

/** Instants of a query as dates. */
export function auditFilter<Query extends FilterText>({ from, to, ...terms }: Query) {
  return {
    ...terms,
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(to === undefined ? {} : { to: new Date(to) }),
  };
}
