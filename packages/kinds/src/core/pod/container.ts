import { boolean, inline, int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { EnvFromSource, EnvVar } from './env.ts';
import { Lifecycle, Probe } from './probe.ts';
import { ResourceRequirements } from './resources.ts';
import { SecurityContext } from './security-context.ts';

/** What Container and EphemeralContainer share. */
const containerFields = {
  name: string(1).required().describe('Name of the container, unique in the pod. It cannot change.'),
  image: string(2).describe('Image to run.'),
  command: list(3, string())
    .atomic()
    .describe("Program to run, instead of the image's. Not run in a shell; $(NAME) is replaced by the variable."),
  args: list(4, string()).atomic().describe("Arguments of the program, instead of the image's. $(NAME) is replaced by the variable."),
  workingDir: string(5).describe("Directory in which the program starts; the image's when nothing is said."),
  ports: list(6, () => ContainerPort)
    .mapBy('containerPort', 'protocol')
    .patch('merge', 'containerPort')
    .describe('Ports that it serves. For information; what listens can be reached all the same.'),
  env: list(7, () => EnvVar)
    .mapBy('name')
    .patch('merge', 'name')
    .describe('Environment variables.'),
  resources: ref(8, () => ResourceRequirements)
    .byValue()
    .describe('What it needs and may use.'),
  volumeMounts: list(9, () => VolumeMount)
    .mapBy('mountPath')
    .patch('merge', 'mountPath')
    .describe('Volumes of the pod, and where they appear.'),
  livenessProbe: ref(10, () => Probe).describe('When it fails, the container is restarted.'),
  readinessProbe: ref(11, () => Probe).describe('When it fails, the pod gets no traffic from services.'),
  lifecycle: ref(12, () => Lifecycle).describe('What to do after start and before stop.'),
  terminationMessagePath: string(13)
    .default('/dev/termination-log')
    .describe("File whose text becomes the message of the container's end."),
  imagePullPolicy: string(14)
    .enum('Always', 'IfNotPresent', 'Never')
    .describe('Always asks the registry; IfNotPresent pulls what the node lacks; Never pulls nothing.'),
  securityContext: ref(15, () => SecurityContext).describe("Rights of the container; they win over the pod's."),
  stdin: boolean(16).describe('Whether it keeps an input open for attach.'),
  stdinOnce: boolean(17).describe('Whether the input closes after the first client.'),
  tty: boolean(18).describe('Whether it gets a terminal.'),
  envFrom: list(19, () => EnvFromSource)
    .atomic()
    .describe('Environment variables from all entries of ConfigMaps and Secrets. Those of env win.'),
  terminationMessagePolicy: string(20)
    .enum('File', 'FallbackToLogsOnError')
    .default('File')
    .describe('File reads that file only; FallbackToLogsOnError takes the end of the log when the file is empty and it failed.'),
  volumeDevices: list(21, () => VolumeDevice)
    .mapBy('devicePath')
    .patch('merge', 'devicePath')
    .describe('Block devices, and where they appear.'),
  startupProbe: ref(22, () => Probe).describe('Until it has succeeded, the other probes wait; when it fails, the container is restarted.'),
  resizePolicy: list(23, () => ContainerResizePolicy)
    .atomic()
    .describe('Whether a change of its resources restarts it.'),
  restartPolicy: string(24).keepsZero().describe('Restart policy of this container alone. Always makes an init container a sidecar.'),
  restartPolicyRules: list(25, () => ContainerRestartRule)
    .atomic()
    .describe('When it is restarted, by exit code.'),
};

export const Container = object('io.k8s.api.core.v1.Container', {
  ...containerFields,
});
export type Container = Infer<typeof Container>;

export const EphemeralContainer = object('io.k8s.api.core.v1.EphemeralContainer', {
  ...inline(1, containerFields),
  targetContainerName: string(2).describe('Container whose processes it shall see.'),
});
export type EphemeralContainer = Infer<typeof EphemeralContainer>;

export const ContainerPort = object('io.k8s.api.core.v1.ContainerPort', {
  name: string(1).describe('Name of the port, for services to refer to.'),
  hostPort: int32(2).describe('Port of the node that leads here.'),
  containerPort: int32(3).required().describe('Port number.'),
  protocol: string(4).enum('TCP', 'UDP', 'SCTP').default('TCP').describe('TCP, UDP or SCTP.'),
  hostIP: string(5).describe('Address of the node to bind.'),
});
export type ContainerPort = Infer<typeof ContainerPort>;

export const ContainerResizePolicy = object('io.k8s.api.core.v1.ContainerResizePolicy', {
  resourceName: string(1).required().describe('cpu or memory.'),
  restartPolicy: string(2).required().describe('NotRequired changes it in place; RestartContainer restarts.'),
});
export type ContainerResizePolicy = Infer<typeof ContainerResizePolicy>;

export const ContainerRestartRule = object('io.k8s.api.core.v1.ContainerRestartRule', {
  action: string(1).required().describe('What to do when the rule fits: Restart.'),
  exitCodes: ref(2, () => ContainerRestartRuleOnExitCodes).describe('Exit codes that it fits.'),
});
export type ContainerRestartRule = Infer<typeof ContainerRestartRule>;

export const ContainerRestartRuleOnExitCodes = object('io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes', {
  operator: string(1).required().describe('In or NotIn.'),
  values: list(2, int32()).set().describe('Exit codes.'),
});
export type ContainerRestartRuleOnExitCodes = Infer<typeof ContainerRestartRuleOnExitCodes>;

export const VolumeMount = object('io.k8s.api.core.v1.VolumeMount', {
  name: string(1).required().describe('Volume of the pod.'),
  readOnly: boolean(2).describe('Whether it is mounted for reading only.'),
  mountPath: string(3).required().describe('Where it appears.'),
  subPath: string(4).describe('Part of the volume to mount, instead of its root.'),
  mountPropagation: string(5).keepsZero().describe('Whether later mounts are seen across: None, HostToContainer or Bidirectional.'),
  subPathExpr: string(6).describe('As subPath, with $(NAME) replaced by environment variables.'),
  recursiveReadOnly: string(7).keepsZero().describe('Whether mounts below it are read-only too.'),
});
export type VolumeMount = Infer<typeof VolumeMount>;

export const VolumeDevice = object('io.k8s.api.core.v1.VolumeDevice', {
  name: string(1).required().describe('Claim of the pod.'),
  devicePath: string(2).required().describe('Where the device appears.'),
});
export type VolumeDevice = Infer<typeof VolumeDevice>;
