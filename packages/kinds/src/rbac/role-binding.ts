import { pathSegmentError } from '@kajitori/apimachinery';
import { list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';
import { bindingColumns } from './binding-columns.ts';
import { defaultBinding, validateBindingUpdate, validateRoleBinding } from './rbac-rules.ts';

export const RoleBinding = topLevel('io.k8s.api.rbac.v1.RoleBinding', {
  subjects: list(2, () => Subject).atomic(),
  roleRef: ref(3, () => RoleRef).required(),
});
export type RoleBinding = Infer<typeof RoleBinding>;

export const RoleRef = object(
  'io.k8s.api.rbac.v1.RoleRef',
  {
    apiGroup: string(1).keepsZero(),
    kind: string(2).required(),
    name: string(3).required(),
  },
  { atomic: true },
);
export type RoleRef = Infer<typeof RoleRef>;

export const Subject = object(
  'io.k8s.api.rbac.v1.Subject',
  {
    kind: string(1).required(),
    apiGroup: string(2),
    name: string(3).required(),
    namespace: string(4),
  },
  { atomic: true },
);
export type Subject = Infer<typeof Subject>;

export const roleBindings: Kind<RoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  singular: 'rolebinding',
  namespaced: true,
  schema: RoleBinding,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: pathSegmentError,
    generation: false,
    defaults: defaultBinding,
    validate: validateRoleBinding,
    validateUpdate: validateBindingUpdate,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  columns: [...bindingColumns],
};
