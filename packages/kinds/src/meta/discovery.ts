import { boolean, inline, list, object, ref, string, type Infer } from '@kajitori/schema';

export const APIGroup = object('io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup', {
  apiVersion: string(),
  kind: string(),
  name: string(1).required(),
  versions: list(2, () => GroupVersionForDiscovery)
    .required()
    .atomic(),
  preferredVersion: ref(3, () => GroupVersionForDiscovery),
  serverAddressByClientCIDRs: list(4, () => ServerAddressByClientCIDR).atomic(),
});
export type APIGroup = Infer<typeof APIGroup>;

export const APIGroupList = object('io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList', {
  apiVersion: string(),
  kind: string(),
  groups: list(1, () => APIGroup)
    .required()
    .atomic(),
});
export type APIGroupList = Infer<typeof APIGroupList>;

export const APIResource = object('io.k8s.apimachinery.pkg.apis.meta.v1.APIResource', {
  name: string(1).required(),
  namespaced: boolean(2).required(),
  kind: string(3).required(),
  // A message `Verbs` of its own in protobuf.
  ...inline(4, { verbs: list(1, string()).required() }),
  shortNames: list(5, string()).atomic(),
  singularName: string(6).required(),
  categories: list(7, string()).atomic(),
  group: string(8),
  version: string(9),
  storageVersionHash: string(10),
});
export type APIResource = Infer<typeof APIResource>;

export const APIResourceList = object('io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList', {
  apiVersion: string(),
  kind: string(),
  groupVersion: string(1).required(),
  resources: list(2, () => APIResource)
    .required()
    .atomic(),
});
export type APIResourceList = Infer<typeof APIResourceList>;

export const APIVersions = object('io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions', {
  apiVersion: string(),
  kind: string(),
  versions: list(1, string()).required().atomic(),
  serverAddressByClientCIDRs: list(2, () => ServerAddressByClientCIDR)
    .required()
    .atomic(),
});
export type APIVersions = Infer<typeof APIVersions>;

export const GroupVersionForDiscovery = object('io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery', {
  groupVersion: string(1).required(),
  version: string(2).required(),
});
export type GroupVersionForDiscovery = Infer<typeof GroupVersionForDiscovery>;

export const ServerAddressByClientCIDR = object('io.k8s.apimachinery.pkg.apis.meta.v1.ServerAddressByClientCIDR', {
  clientCIDR: string(1).required(),
  serverAddress: string(2).required(),
});
export type ServerAddressByClientCIDR = Infer<typeof ServerAddressByClientCIDR>;
