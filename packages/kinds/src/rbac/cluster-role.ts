import { pathSegmentError } from '@kajitori/apimachinery';
import { list, object, ref, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { LabelSelector } from '../meta/label-selector.ts';
import { topLevel } from '../meta/top-level.ts';
import { PolicyRule } from './role.ts';
import { createdColumn, nameColumn } from '../meta/columns.ts';
import { validateClusterRole } from './rbac-rules.ts';

export const ClusterRole = topLevel('io.k8s.api.rbac.v1.ClusterRole', {
  rules: list(2, () => PolicyRule).atomic(),
  aggregationRule: ref(3, () => AggregationRule),
});
export type ClusterRole = Infer<typeof ClusterRole>;

export const AggregationRule = object('io.k8s.api.rbac.v1.AggregationRule', {
  clusterRoleSelectors: list(1, () => LabelSelector).atomic(),
});
export type AggregationRule = Infer<typeof AggregationRule>;

export const clusterRoles: Kind<ClusterRole> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  singular: 'clusterrole',
  namespaced: false,
  schema: ClusterRole,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: pathSegmentError,
    generation: false,
    validate: validateClusterRole,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn, createdColumn],
};
