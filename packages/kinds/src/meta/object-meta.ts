import type {
  ManagedFieldsEntry as ManagedFieldsEntryShape,
  ObjectMeta as ObjectMetaShape,
  OwnerReference as OwnerReferenceShape,
} from '@kajitori/apimachinery';
import { boolean, int64, list, map, type NamedType, object, ref, string } from '@kajitori/schema';
import { FieldsV1 } from './raw-extension.ts';
import { Time } from './time.ts';

export const ObjectMeta: NamedType<ObjectMetaShape> = object('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', {
  name: string(1).describe('Name of the object, unique among its kind in its namespace. It cannot change.'),
  generateName: string(2).describe('Prefix of a name that the server completes, when no name is given.'),
  namespace: string(3).describe('Namespace that the object lives in. Empty for kinds that belong to the whole cluster.'),
  selfLink: string(4).describe('No longer filled.'),
  uid: string(5).describe('Unique for all time, given by the server.'),
  resourceVersion: string(6).describe(
    "Stands for the state of the object; changes with each write. Sent back on update, it refuses writes that would undo another's.",
  ),
  generation: int64(7).describe('Counts changes of what is wanted.'),
  creationTimestamp: ref(8, () => Time).describe('CreationTimestamp is a timestamp: when the server made the object.'),
  deletionTimestamp: ref(9, () => Time).describe('When the object is to be gone. Set by a deletion; cannot be taken back.'),
  deletionGracePeriodSeconds: int64(10).keepsZero().describe('How long the object has to end by itself once it is being deleted.'),
  labels: map(11, string()).describe('Keys and values to find and group objects by.'),
  annotations: map(12, string()).describe('Keys and values for tools to keep notes in; objects cannot be selected by them.'),
  ownerReferences: list(13, () => OwnerReference)
    .mapBy('uid')
    .patch('merge', 'uid')
    .describe('Objects that this one depends on: when all are gone, it is removed. One of them may be its controller.'),
  finalizers: list(14, string())
    .set()
    .patch('merge')
    .describe('Who must do something before the object may go. It stays until the list is empty.'),
  managedFields: list(17, () => ManagedFieldsEntry)
    .atomic()
    .describe('Which manager set which fields, kept for server-side apply.'),
});
export type ObjectMeta = ObjectMetaShape;

export const OwnerReference: NamedType<OwnerReferenceShape> = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  {
    kind: string(1).required().describe('Kind of the owner.'),
    name: string(3).required().describe('Name of the owner.'),
    uid: string(4).required().describe('Id of the owner; one that is made anew under the same name is another.'),
    apiVersion: string(5).required().describe('API version of the owner.'),
    controller: boolean(6).keepsZero().describe('Whether the owner is the one that manages this object.'),
    blockOwnerDeletion: boolean(7).keepsZero().describe('Whether a foreground deletion of the owner waits for this object.'),
  },
  { atomic: true },
);
export type OwnerReference = OwnerReferenceShape;

export const ManagedFieldsEntry: NamedType<ManagedFieldsEntryShape> = object('io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry', {
  manager: string(1).describe('Name of the program or person that set the fields.'),
  operation: string(2).describe('Apply or Update.'),
  apiVersion: string(3).describe('Version in which the fields are named.'),
  time: ref(4, () => Time).describe('When the entry last changed.'),
  fieldsType: string(6).describe('Form of the field set; FieldsV1 is the only one.'),
  fieldsV1: ref(7, () => FieldsV1).describe('The set of fields.'),
  subresource: string(8).describe('Subresource through which they were set.'),
});
export type ManagedFieldsEntry = ManagedFieldsEntryShape;
