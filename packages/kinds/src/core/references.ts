import { object, string, type Infer } from '@kajitori/schema';

export const LocalObjectReference = object(
  'io.k8s.api.core.v1.LocalObjectReference',
  {
    name: string(1),
  },
  { atomic: true },
);
export type LocalObjectReference = Infer<typeof LocalObjectReference>;

export const ObjectReference = object(
  'io.k8s.api.core.v1.ObjectReference',
  {
    kind: string(1),
    namespace: string(2),
    name: string(3),
    uid: string(4),
    apiVersion: string(5),
    resourceVersion: string(6),
    fieldPath: string(7),
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
    apiGroup: string(1).keepsZero(),
    kind: string(2).required(),
    name: string(3).required(),
  },
  { atomic: true },
);
export type TypedLocalObjectReference = Infer<typeof TypedLocalObjectReference>;

export const TypedObjectReference = object('io.k8s.api.core.v1.TypedObjectReference', {
  apiGroup: string(1).keepsZero(),
  kind: string(2).required(),
  name: string(3).required(),
  namespace: string(4).keepsZero(),
});
export type TypedObjectReference = Infer<typeof TypedObjectReference>;
