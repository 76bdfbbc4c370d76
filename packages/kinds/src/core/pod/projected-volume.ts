import { boolean, inline, int32, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { DownwardAPIVolumeFile, KeyToPath } from './volume.ts';
import { LabelSelector } from '../../meta/label-selector.ts';

export const ProjectedVolumeSource = object('io.k8s.api.core.v1.ProjectedVolumeSource', {
  sources: list(1, () => VolumeProjection).atomic(),
  defaultMode: int32(2).keepsZero().default(420),
});
export type ProjectedVolumeSource = Infer<typeof ProjectedVolumeSource>;

export const VolumeProjection = object('io.k8s.api.core.v1.VolumeProjection', {
  secret: ref(1, () => SecretProjection),
  downwardAPI: ref(2, () => DownwardAPIProjection),
  configMap: ref(3, () => ConfigMapProjection),
  serviceAccountToken: ref(4, () => ServiceAccountTokenProjection),
  clusterTrustBundle: ref(5, () => ClusterTrustBundleProjection),
  podCertificate: ref(6, () => PodCertificateProjection),
});
export type VolumeProjection = Infer<typeof VolumeProjection>;

export const ClusterTrustBundleProjection = object('io.k8s.api.core.v1.ClusterTrustBundleProjection', {
  name: string(1).keepsZero(),
  signerName: string(2).keepsZero(),
  labelSelector: ref(3, () => LabelSelector),
  path: string(4).required(),
  optional: boolean(5).keepsZero(),
});
export type ClusterTrustBundleProjection = Infer<typeof ClusterTrustBundleProjection>;

export const ConfigMapProjection = object('io.k8s.api.core.v1.ConfigMapProjection', {
  items: list(2, () => KeyToPath).atomic(),
  optional: boolean(4).keepsZero(),
  ...inline(1, { name: string(1) }),
});
export type ConfigMapProjection = Infer<typeof ConfigMapProjection>;

export const DownwardAPIProjection = object('io.k8s.api.core.v1.DownwardAPIProjection', {
  items: list(1, () => DownwardAPIVolumeFile).atomic(),
});
export type DownwardAPIProjection = Infer<typeof DownwardAPIProjection>;

export const PodCertificateProjection = object('io.k8s.api.core.v1.PodCertificateProjection', {
  signerName: string(1).required(),
  keyType: string(2).required(),
  maxExpirationSeconds: int32(3).keepsZero().default(86400),
  credentialBundlePath: string(4),
  keyPath: string(5),
  certificateChainPath: string(6),
  userAnnotations: map(7, string()),
});
export type PodCertificateProjection = Infer<typeof PodCertificateProjection>;

export const SecretProjection = object('io.k8s.api.core.v1.SecretProjection', {
  items: list(2, () => KeyToPath).atomic(),
  optional: boolean(4).keepsZero(),
  ...inline(1, { name: string(1) }),
});
export type SecretProjection = Infer<typeof SecretProjection>;

export const ServiceAccountTokenProjection = object('io.k8s.api.core.v1.ServiceAccountTokenProjection', {
  audience: string(1),
  expirationSeconds: int64(2).keepsZero().default(3600),
  path: string(3).required(),
});
export type ServiceAccountTokenProjection = Infer<typeof ServiceAccountTokenProjection>;
