import { boolean, inline, int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { EnvFromSource, EnvVar } from './env.ts';
import { Lifecycle, Probe } from './probe.ts';
import { ResourceRequirements } from './resources.ts';
import { SecurityContext } from './security-context.ts';

/** What Container and EphemeralContainer share. */
const containerFields = {
  name: string(1).required(),
  image: string(2),
  command: list(3, string()).atomic(),
  args: list(4, string()).atomic(),
  workingDir: string(5),
  ports: list(6, () => ContainerPort)
    .mapBy('containerPort', 'protocol')
    .patch('merge', 'containerPort'),
  env: list(7, () => EnvVar)
    .mapBy('name')
    .patch('merge', 'name'),
  resources: ref(8, () => ResourceRequirements).byValue(),
  volumeMounts: list(9, () => VolumeMount)
    .mapBy('mountPath')
    .patch('merge', 'mountPath'),
  livenessProbe: ref(10, () => Probe),
  readinessProbe: ref(11, () => Probe),
  lifecycle: ref(12, () => Lifecycle),
  terminationMessagePath: string(13).default('/dev/termination-log'),
  imagePullPolicy: string(14).enum('Always', 'IfNotPresent', 'Never'),
  securityContext: ref(15, () => SecurityContext),
  stdin: boolean(16),
  stdinOnce: boolean(17),
  tty: boolean(18),
  envFrom: list(19, () => EnvFromSource).atomic(),
  terminationMessagePolicy: string(20).enum('File', 'FallbackToLogsOnError').default('File'),
  volumeDevices: list(21, () => VolumeDevice)
    .mapBy('devicePath')
    .patch('merge', 'devicePath'),
  startupProbe: ref(22, () => Probe),
  resizePolicy: list(23, () => ContainerResizePolicy).atomic(),
  restartPolicy: string(24).keepsZero(),
  restartPolicyRules: list(25, () => ContainerRestartRule).atomic(),
};

export const Container = object('io.k8s.api.core.v1.Container', {
  ...containerFields,
});
export type Container = Infer<typeof Container>;

export const EphemeralContainer = object('io.k8s.api.core.v1.EphemeralContainer', {
  ...inline(1, containerFields),
  targetContainerName: string(2),
});
export type EphemeralContainer = Infer<typeof EphemeralContainer>;

export const ContainerPort = object('io.k8s.api.core.v1.ContainerPort', {
  name: string(1),
  hostPort: int32(2),
  containerPort: int32(3).required(),
  protocol: string(4).enum('TCP', 'UDP', 'SCTP').default('TCP'),
  hostIP: string(5),
});
export type ContainerPort = Infer<typeof ContainerPort>;

export const ContainerResizePolicy = object('io.k8s.api.core.v1.ContainerResizePolicy', {
  resourceName: string(1).required(),
  restartPolicy: string(2).required(),
});
export type ContainerResizePolicy = Infer<typeof ContainerResizePolicy>;

export const ContainerRestartRule = object('io.k8s.api.core.v1.ContainerRestartRule', {
  action: string(1).required(),
  exitCodes: ref(2, () => ContainerRestartRuleOnExitCodes),
});
export type ContainerRestartRule = Infer<typeof ContainerRestartRule>;

export const ContainerRestartRuleOnExitCodes = object('io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes', {
  operator: string(1).required(),
  values: list(2, int32()).set(),
});
export type ContainerRestartRuleOnExitCodes = Infer<typeof ContainerRestartRuleOnExitCodes>;

export const VolumeMount = object('io.k8s.api.core.v1.VolumeMount', {
  name: string(1).required(),
  readOnly: boolean(2),
  mountPath: string(3).required(),
  subPath: string(4),
  mountPropagation: string(5).keepsZero(),
  subPathExpr: string(6),
  recursiveReadOnly: string(7).keepsZero(),
});
export type VolumeMount = Infer<typeof VolumeMount>;

export const VolumeDevice = object('io.k8s.api.core.v1.VolumeDevice', {
  name: string(1).required(),
  devicePath: string(2).required(),
});
export type VolumeDevice = Infer<typeof VolumeDevice>;
