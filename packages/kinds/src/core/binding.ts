import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { ref, type Infer } from '@kajitori/schema';
import { ObjectReference } from './references.ts';
import type { Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const Binding = topLevel('io.k8s.api.core.v1.Binding', {
  target: ref(2, () => ObjectReference).required(),
});
export type Binding = Infer<typeof Binding>;

export const bindings: Kind<Binding> = {
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  singular: 'binding',
  namespaced: true,
  schema: Binding,
  verbs: ['create'],
  stored: false,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
};
