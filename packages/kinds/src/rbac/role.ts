import { pathSegmentError } from '@kajitori/apimachinery';
import { list, object, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { createdColumn, nameColumn } from '../meta/columns.ts';
import { validateRole } from './rbac-rules.ts';

export const Role = topLevel('io.k8s.api.rbac.v1.Role', {
  rules: list(2, () => PolicyRule).atomic(),
});
export type Role = Infer<typeof Role>;

export const PolicyRule = object('io.k8s.api.rbac.v1.PolicyRule', {
  verbs: list(1, string()).required().atomic(),
  apiGroups: list(2, string()).atomic(),
  resources: list(3, string()).atomic(),
  resourceNames: list(4, string()).atomic(),
  nonResourceURLs: list(5, string()).atomic(),
});
export type PolicyRule = Infer<typeof PolicyRule>;

export const roles: Kind<Role> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  singular: 'role',
  namespaced: true,
  schema: Role,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: pathSegmentError,
    generation: false,
    validate: validateRole,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn, createdColumn],
};
