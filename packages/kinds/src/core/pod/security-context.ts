import { boolean, int64, list, object, ref, string, type Infer } from '@kajitori/schema';

export const PodSecurityContext = object('io.k8s.api.core.v1.PodSecurityContext', {
  seLinuxOptions: ref(1, () => SELinuxOptions).describe('SELinux context.'),
  runAsUser: int64(2).keepsZero().describe("User that processes run as; the image's when nothing is said."),
  runAsNonRoot: boolean(3).keepsZero().describe('Whether to refuse to run as root.'),
  supplementalGroups: list(4, int64()).atomic().describe('Further groups of the processes.'),
  fsGroup: int64(5).keepsZero().describe('Group that owns the volumes.'),
  runAsGroup: int64(6).keepsZero().describe('Group that processes run as.'),
  sysctls: list(7, () => Sysctl)
    .atomic()
    .describe('Kernel settings of the pod.'),
  windowsOptions: ref(8, () => WindowsSecurityContextOptions).describe('Settings for Windows.'),
  fsGroupChangePolicy: string(9)
    .keepsZero()
    .describe('Whether ownership is set every time (Always) or only when the root differs (OnRootMismatch).'),
  seccompProfile: ref(10, () => SeccompProfile).describe('System calls that are allowed.'),
  appArmorProfile: ref(11, () => AppArmorProfile).describe('AppArmor profile.'),
  supplementalGroupsPolicy: string(12).keepsZero().describe('Merge adds the groups of the image; Strict does not.'),
  seLinuxChangePolicy: string(13).keepsZero().describe('How volumes get their SELinux label.'),
});
export type PodSecurityContext = Infer<typeof PodSecurityContext>;

export const SecurityContext = object('io.k8s.api.core.v1.SecurityContext', {
  capabilities: ref(1, () => Capabilities).describe('Privileges to add and drop.'),
  privileged: boolean(2).keepsZero().describe("Whether it has all the rights of the node's root."),
  seLinuxOptions: ref(3, () => SELinuxOptions).describe('SELinux context.'),
  runAsUser: int64(4).keepsZero().describe("User that it runs as; the image's when nothing is said."),
  runAsNonRoot: boolean(5).keepsZero().describe('Whether to refuse to run as root.'),
  readOnlyRootFilesystem: boolean(6).keepsZero().describe('Whether its own file system cannot be written.'),
  allowPrivilegeEscalation: boolean(7).keepsZero().describe('Whether a process may gain more rights than its parent.'),
  runAsGroup: int64(8).keepsZero().describe('Group that it runs as.'),
  procMount: string(9).keepsZero().describe('How much of /proc it sees: Default or Unmasked.'),
  windowsOptions: ref(10, () => WindowsSecurityContextOptions).describe('Settings for Windows.'),
  seccompProfile: ref(11, () => SeccompProfile).describe('System calls that are allowed.'),
  appArmorProfile: ref(12, () => AppArmorProfile).describe('AppArmor profile.'),
});
export type SecurityContext = Infer<typeof SecurityContext>;

export const AppArmorProfile = object(
  'io.k8s.api.core.v1.AppArmorProfile',
  {
    type: string(1).required().describe('RuntimeDefault, Unconfined or Localhost.'),
    localhostProfile: string(2).keepsZero().describe('Profile loaded on the node, for Localhost.'),
  },
  {
    extensions: {
      'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { localhostProfile: 'LocalhostProfile' } }],
    },
  },
);
export type AppArmorProfile = Infer<typeof AppArmorProfile>;

export const Capabilities = object('io.k8s.api.core.v1.Capabilities', {
  add: list(1, string()).atomic().describe('Privileges to give.'),
  drop: list(2, string()).atomic().describe('Privileges to take away.'),
});
export type Capabilities = Infer<typeof Capabilities>;

export const SELinuxOptions = object('io.k8s.api.core.v1.SELinuxOptions', {
  user: string(1).describe('User label.'),
  role: string(2).describe('Role label.'),
  type: string(3).describe('Type label.'),
  level: string(4).describe('Level label.'),
});
export type SELinuxOptions = Infer<typeof SELinuxOptions>;

export const SeccompProfile = object(
  'io.k8s.api.core.v1.SeccompProfile',
  {
    type: string(1).required().describe('RuntimeDefault, Unconfined or Localhost.'),
    localhostProfile: string(2).keepsZero().describe('File of the profile on the node, for Localhost.'),
  },
  {
    extensions: {
      'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { localhostProfile: 'LocalhostProfile' } }],
    },
  },
);
export type SeccompProfile = Infer<typeof SeccompProfile>;

export const Sysctl = object('io.k8s.api.core.v1.Sysctl', {
  name: string(1).required().describe('Name of the setting.'),
  value: string(2).required().describe('Its value.'),
});
export type Sysctl = Infer<typeof Sysctl>;

export const WindowsSecurityContextOptions = object('io.k8s.api.core.v1.WindowsSecurityContextOptions', {
  gmsaCredentialSpecName: string(1).keepsZero().describe('Name of the GMSA credential spec.'),
  gmsaCredentialSpec: string(2).keepsZero().describe('The GMSA credential spec itself.'),
  runAsUserName: string(3).keepsZero().describe('User that it runs as.'),
  hostProcess: boolean(4).keepsZero().describe('Whether it runs as a process of the host.'),
});
export type WindowsSecurityContextOptions = Infer<typeof WindowsSecurityContextOptions>;
