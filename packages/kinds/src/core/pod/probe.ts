import { inline, int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { IntOrString } from '../../meta/int-or-string.ts';

const probeHandler = {
  exec: ref(1, () => ExecAction).describe('Run a program in the container; it succeeds with exit code 0.'),
  httpGet: ref(2, () => HTTPGetAction).describe('Ask by HTTP; it succeeds with a status from 200 to 399.'),
  tcpSocket: ref(3, () => TCPSocketAction).describe('Open a connection.'),
  grpc: ref(4, () => GRPCAction).describe('Ask the gRPC health service.'),
};

export const Probe = object('io.k8s.api.core.v1.Probe', {
  initialDelaySeconds: int32(2).describe('How long to wait after start.'),
  timeoutSeconds: int32(3).default(1).describe('How long one attempt may take.'),
  periodSeconds: int32(4).default(10).describe('How often to try.'),
  successThreshold: int32(5).default(1).describe('How many successes in a row make it succeed, after a failure.'),
  failureThreshold: int32(6).default(3).describe('How many failures in a row make it fail.'),
  terminationGracePeriodSeconds: int64(7)
    .keepsZero()
    .describe("How long the container has to end when this probe fails; the pod's when nothing is said."),
  ...inline(1, probeHandler),
});
export type Probe = Infer<typeof Probe>;

export const Lifecycle = object('io.k8s.api.core.v1.Lifecycle', {
  postStart: ref(1, () => LifecycleHandler).describe('Done right after start; if it fails, the container is killed.'),
  preStop: ref(2, () => LifecycleHandler).describe('Done before stop; it counts against the grace period.'),
  stopSignal: string(3).keepsZero().describe('Signal that asks it to end.'),
});
export type Lifecycle = Infer<typeof Lifecycle>;

export const LifecycleHandler = object('io.k8s.api.core.v1.LifecycleHandler', {
  exec: ref(1, () => ExecAction).describe('Run a program in the container.'),
  httpGet: ref(2, () => HTTPGetAction).describe('Ask by HTTP.'),
  tcpSocket: ref(3, () => TCPSocketAction).describe('No longer supported.'),
  sleep: ref(4, () => SleepAction).describe('Wait.'),
});
export type LifecycleHandler = Infer<typeof LifecycleHandler>;

export const ExecAction = object('io.k8s.api.core.v1.ExecAction', {
  command: list(1, string()).atomic().describe('Program and arguments, not run in a shell.'),
});
export type ExecAction = Infer<typeof ExecAction>;

export const GRPCAction = object('io.k8s.api.core.v1.GRPCAction', {
  port: int32(1).required().describe('Port of the service.'),
  service: string(2).keepsZero().default('').describe('Name to put into the health request.'),
});
export type GRPCAction = Infer<typeof GRPCAction>;

export const HTTPGetAction = object('io.k8s.api.core.v1.HTTPGetAction', {
  path: string(1).default('/').describe('Path to ask for.'),
  port: ref(2, () => IntOrString)
    .required()
    .describe('Port by number or name.'),
  host: string(3).describe("Host to ask; the pod's address when nothing is said."),
  scheme: string(4).enum('HTTP', 'HTTPS').default('HTTP').describe('HTTP or HTTPS.'),
  httpHeaders: list(5, () => HTTPHeader)
    .atomic()
    .describe('Headers of the request.'),
});
export type HTTPGetAction = Infer<typeof HTTPGetAction>;

export const HTTPHeader = object('io.k8s.api.core.v1.HTTPHeader', {
  name: string(1).required().describe('Name of the header.'),
  value: string(2).required().describe('Value of the header.'),
});
export type HTTPHeader = Infer<typeof HTTPHeader>;

export const SleepAction = object('io.k8s.api.core.v1.SleepAction', {
  seconds: int64(1).required().describe('How long.'),
});
export type SleepAction = Infer<typeof SleepAction>;

export const TCPSocketAction = object('io.k8s.api.core.v1.TCPSocketAction', {
  port: ref(1, () => IntOrString)
    .required()
    .describe('Port by number or name.'),
  host: string(2).describe("Host to connect to; the pod's address when nothing is said."),
});
export type TCPSocketAction = Infer<typeof TCPSocketAction>;
