import { boolean, inline, int32, int64, list, map, object, ref, string, type Infer } from '@kajitori/schema';
import { DownwardAPIVolumeFile, KeyToPath } from './volume-items.ts';
import { LabelSelector } from '../../meta/label-selector.ts';

export const ProjectedVolumeSource = object('io.k8s.api.core.v1.ProjectedVolumeSource', {
  sources: list(1, () => VolumeProjection)
    .atomic()
    .describe('The sources.'),
  defaultMode: int32(2)
    .keepsZero()
    .default(420)
    .describe('Permission bits of its files, where an item has none of its own. In YAML octal is allowed, in JSON only decimal.'),
});
export type ProjectedVolumeSource = Infer<typeof ProjectedVolumeSource>;

export const VolumeProjection = object('io.k8s.api.core.v1.VolumeProjection', {
  secret: ref(1, () => SecretProjection).describe('Entries of a Secret.'),
  downwardAPI: ref(2, () => DownwardAPIProjection).describe('Facts about the pod.'),
  configMap: ref(3, () => ConfigMapProjection).describe('Entries of a ConfigMap.'),
  serviceAccountToken: ref(4, () => ServiceAccountTokenProjection).describe("A token of the pod's service account, renewed in time."),
  clusterTrustBundle: ref(5, () => ClusterTrustBundleProjection).describe('Certificates to trust.'),
  podCertificate: ref(6, () => PodCertificateProjection).describe("A key and certificate of the pod's own, renewed in time."),
});
export type VolumeProjection = Infer<typeof VolumeProjection>;

export const ClusterTrustBundleProjection = object('io.k8s.api.core.v1.ClusterTrustBundleProjection', {
  name: string(1).keepsZero().describe('Name of one bundle.'),
  signerName: string(2).keepsZero().describe('Signer whose bundles are taken.'),
  labelSelector: ref(3, () => LabelSelector).describe('Bundles of the signer, by their labels.'),
  path: string(4).required().describe('Path of the file, below the mount.'),
  optional: boolean(5).keepsZero().describe('Whether it may be missing.'),
});
export type ClusterTrustBundleProjection = Infer<typeof ClusterTrustBundleProjection>;

export const ConfigMapProjection = object('io.k8s.api.core.v1.ConfigMapProjection', {
  items: list(2, () => KeyToPath)
    .atomic()
    .describe('Which entries become files, and at which paths. All of them, each under its own key, when nothing is said.'),
  optional: boolean(4).keepsZero().describe('Whether it may be missing.'),
  ...inline(1, { name: string(1).describe('Name of the ConfigMap.') }),
});
export type ConfigMapProjection = Infer<typeof ConfigMapProjection>;

export const DownwardAPIProjection = object('io.k8s.api.core.v1.DownwardAPIProjection', {
  items: list(1, () => DownwardAPIVolumeFile)
    .atomic()
    .describe('The files.'),
});
export type DownwardAPIProjection = Infer<typeof DownwardAPIProjection>;

export const PodCertificateProjection = object('io.k8s.api.core.v1.PodCertificateProjection', {
  signerName: string(1).required().describe('Signer that issues the certificate.'),
  keyType: string(2).required().describe('Kind of key to make.'),
  maxExpirationSeconds: int32(3).keepsZero().default(86400).describe('The longest that the certificate may last.'),
  credentialBundlePath: string(4).describe('File for key and certificates together.'),
  keyPath: string(5).describe('File for the key.'),
  certificateChainPath: string(6).describe('File for the certificates.'),
  userAnnotations: map(7, string()).describe('Notes for the signer.'),
});
export type PodCertificateProjection = Infer<typeof PodCertificateProjection>;

export const SecretProjection = object('io.k8s.api.core.v1.SecretProjection', {
  items: list(2, () => KeyToPath)
    .atomic()
    .describe('Which entries become files, and at which paths. All of them, each under its own key, when nothing is said.'),
  optional: boolean(4).keepsZero().describe('Whether it may be missing.'),
  ...inline(1, { name: string(1).describe('Name of the Secret.') }),
});
export type SecretProjection = Infer<typeof SecretProjection>;

export const ServiceAccountTokenProjection = object('io.k8s.api.core.v1.ServiceAccountTokenProjection', {
  audience: string(1).describe('For whom the token is; the API when nothing is said.'),
  expirationSeconds: int64(2).keepsZero().default(3600).describe('How long the token lasts; at least ten minutes.'),
  path: string(3).required().describe('Path of the file, below the mount.'),
});
export type ServiceAccountTokenProjection = Infer<typeof ServiceAccountTokenProjection>;
