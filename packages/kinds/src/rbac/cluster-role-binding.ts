import { pathSegmentError } from '@kajitori/apimachinery';
import { list, ref, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { RoleRef, Subject } from './role-binding.ts';
import { bindingColumns } from './binding-columns.ts';
import { defaultBinding, validateBindingUpdate, validateClusterRoleBinding } from './rbac-rules.ts';

export const ClusterRoleBinding = topLevel('io.k8s.api.rbac.v1.ClusterRoleBinding', {
  subjects: list(2, () => Subject).atomic(),
  roleRef: ref(3, () => RoleRef).required(),
});
export type ClusterRoleBinding = Infer<typeof ClusterRoleBinding>;

export const clusterRoleBindings: Kind<ClusterRoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  namespaced: false,
  schema: ClusterRoleBinding,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: pathSegmentError,
    generation: false,
    defaults: defaultBinding,
    validate: validateClusterRoleBinding,
    validateUpdate: validateBindingUpdate,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  columns: [...bindingColumns],
};
