import { boolean, int64, list, object, ref, string, type Infer } from '@kajitori/schema';

export const PodSecurityContext = object('io.k8s.api.core.v1.PodSecurityContext', {
  seLinuxOptions: ref(1, () => SELinuxOptions),
  runAsUser: int64(2).keepsZero(),
  runAsNonRoot: boolean(3).keepsZero(),
  supplementalGroups: list(4, int64()).atomic(),
  fsGroup: int64(5).keepsZero(),
  runAsGroup: int64(6).keepsZero(),
  sysctls: list(7, () => Sysctl).atomic(),
  windowsOptions: ref(8, () => WindowsSecurityContextOptions),
  fsGroupChangePolicy: string(9).keepsZero(),
  seccompProfile: ref(10, () => SeccompProfile),
  appArmorProfile: ref(11, () => AppArmorProfile),
  supplementalGroupsPolicy: string(12).keepsZero(),
  seLinuxChangePolicy: string(13).keepsZero(),
});
export type PodSecurityContext = Infer<typeof PodSecurityContext>;

export const SecurityContext = object('io.k8s.api.core.v1.SecurityContext', {
  capabilities: ref(1, () => Capabilities),
  privileged: boolean(2).keepsZero(),
  seLinuxOptions: ref(3, () => SELinuxOptions),
  runAsUser: int64(4).keepsZero(),
  runAsNonRoot: boolean(5).keepsZero(),
  readOnlyRootFilesystem: boolean(6).keepsZero(),
  allowPrivilegeEscalation: boolean(7).keepsZero(),
  runAsGroup: int64(8).keepsZero(),
  procMount: string(9).keepsZero(),
  windowsOptions: ref(10, () => WindowsSecurityContextOptions),
  seccompProfile: ref(11, () => SeccompProfile),
  appArmorProfile: ref(12, () => AppArmorProfile),
});
export type SecurityContext = Infer<typeof SecurityContext>;

export const AppArmorProfile = object(
  'io.k8s.api.core.v1.AppArmorProfile',
  {
    type: string(1).required(),
    localhostProfile: string(2).keepsZero(),
  },
  {
    extensions: {
      'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { localhostProfile: 'LocalhostProfile' } }],
    },
  },
);
export type AppArmorProfile = Infer<typeof AppArmorProfile>;

export const Capabilities = object('io.k8s.api.core.v1.Capabilities', {
  add: list(1, string()).atomic(),
  drop: list(2, string()).atomic(),
});
export type Capabilities = Infer<typeof Capabilities>;

export const SELinuxOptions = object('io.k8s.api.core.v1.SELinuxOptions', {
  user: string(1),
  role: string(2),
  type: string(3),
  level: string(4),
});
export type SELinuxOptions = Infer<typeof SELinuxOptions>;

export const SeccompProfile = object(
  'io.k8s.api.core.v1.SeccompProfile',
  {
    type: string(1).required(),
    localhostProfile: string(2).keepsZero(),
  },
  {
    extensions: {
      'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { localhostProfile: 'LocalhostProfile' } }],
    },
  },
);
export type SeccompProfile = Infer<typeof SeccompProfile>;

export const Sysctl = object('io.k8s.api.core.v1.Sysctl', {
  name: string(1).required(),
  value: string(2).required(),
});
export type Sysctl = Infer<typeof Sysctl>;

export const WindowsSecurityContextOptions = object('io.k8s.api.core.v1.WindowsSecurityContextOptions', {
  gmsaCredentialSpecName: string(1).keepsZero(),
  gmsaCredentialSpec: string(2).keepsZero(),
  runAsUserName: string(3).keepsZero(),
  hostProcess: boolean(4).keepsZero(),
});
export type WindowsSecurityContextOptions = Infer<typeof WindowsSecurityContextOptions>;
