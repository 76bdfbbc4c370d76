import { object, string, type Infer } from '@kajitori/schema';

export const LocalObjectReference = object(
  'io.k8s.api.core.v1.LocalObjectReference',
  {
    name: string(1).describe('Name of the object, in the same namespace.'),
  },
  { atomic: true },
);
export type LocalObjectReference = Infer<typeof LocalObjectReference>;

export const ObjectReference = object(
  'io.k8s.api.core.v1.ObjectReference',
  {
    kind: string(1).describe('Kind of the object.'),
    namespace: string(2).describe('Namespace of the object.'),
    name: string(3).describe('Name of the object.'),
    uid: string(4).describe('Id of the object.'),
    apiVersion: string(5).describe('API version of the object.'),
    resourceVersion: string(6).describe('State of the object that is meant, if one in particular.'),
    fieldPath: string(7).describe('The part of the object that is meant, such as spec.containers{web}.'),
  },
  { atomic: true },
);
export type ObjectReference = Infer<typeof ObjectReference>;

export const SecretReference = object(
  'io.k8s.api.core.v1.SecretReference',
  {
    name: string(1),
    namespace: string(2),
  },
  { atomic: true },
);
export type SecretReference = Infer<typeof SecretReference>;

export const TypedLocalObjectReference = object(
  'io.k8s.api.core.v1.TypedLocalObjectReference',
  {
    apiGroup: string(1).keepsZero().describe('API group of the object; empty for the core group.'),
    kind: string(2).required().describe('Kind of the object.'),
    name: string(3).required().describe('Name of the object.'),
  },
  { atomic: true },
);
export type TypedLocalObjectReference = Infer<typeof TypedLocalObjectReference>;

export const TypedObjectReference = object('io.k8s.api.core.v1.TypedObjectReference', {
  apiGroup: string(1).keepsZero().describe('API group of the object; empty for the core group.'),
  kind: string(2).required().describe('Kind of the object.'),
  name: string(3).required().describe('Name of the object.'),
  namespace: string(4).keepsZero().describe('Namespace of the object; its own when empty.'),
});
export type TypedObjectReference = Infer<typeof TypedObjectReference>;
