import type {
  ManagedFieldsEntry as ManagedFieldsEntryShape,
  ObjectMeta as ObjectMetaShape,
  OwnerReference as OwnerReferenceShape,
} from '@kajitori/apimachinery';
import { boolean, int64, list, map, type NamedType, object, ref, string } from '@kajitori/schema';
import { FieldsV1 } from './raw-extension.ts';
import { Time } from './time.ts';

export const ObjectMeta: NamedType<ObjectMetaShape> = object('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', {
  name: string(1),
  generateName: string(2),
  namespace: string(3),
  selfLink: string(4),
  uid: string(5),
  resourceVersion: string(6),
  generation: int64(7),
  creationTimestamp: ref(8, () => Time),
  deletionTimestamp: ref(9, () => Time),
  deletionGracePeriodSeconds: int64(10).keepsZero(),
  labels: map(11, string()),
  annotations: map(12, string()),
  ownerReferences: list(13, () => OwnerReference)
    .mapBy('uid')
    .patch('merge', 'uid'),
  finalizers: list(14, string()).set().patch('merge'),
  managedFields: list(17, () => ManagedFieldsEntry).atomic(),
});
export type ObjectMeta = ObjectMetaShape;

export const OwnerReference: NamedType<OwnerReferenceShape> = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  {
    kind: string(1).required(),
    name: string(3).required(),
    uid: string(4).required(),
    apiVersion: string(5).required(),
    controller: boolean(6).keepsZero(),
    blockOwnerDeletion: boolean(7).keepsZero(),
  },
  { atomic: true },
);
export type OwnerReference = OwnerReferenceShape;

export const ManagedFieldsEntry: NamedType<ManagedFieldsEntryShape> = object('io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry', {
  manager: string(1),
  operation: string(2),
  apiVersion: string(3),
  time: ref(4, () => Time),
  fieldsType: string(6),
  fieldsV1: ref(7, () => FieldsV1),
  subresource: string(8),
});
export type ManagedFieldsEntry = ManagedFieldsEntryShape;
