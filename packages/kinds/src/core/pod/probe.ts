import { inline, int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { IntOrString } from '../../meta/int-or-string.ts';

const probeHandler = {
  exec: ref(1, () => ExecAction),
  httpGet: ref(2, () => HTTPGetAction),
  tcpSocket: ref(3, () => TCPSocketAction),
  grpc: ref(4, () => GRPCAction),
};

export const Probe = object('io.k8s.api.core.v1.Probe', {
  initialDelaySeconds: int32(2),
  timeoutSeconds: int32(3).default(1),
  periodSeconds: int32(4).default(10),
  successThreshold: int32(5).default(1),
  failureThreshold: int32(6).default(3),
  terminationGracePeriodSeconds: int64(7).keepsZero(),
  ...inline(1, probeHandler),
});
export type Probe = Infer<typeof Probe>;

export const Lifecycle = object('io.k8s.api.core.v1.Lifecycle', {
  postStart: ref(1, () => LifecycleHandler),
  preStop: ref(2, () => LifecycleHandler),
  stopSignal: string(3).keepsZero(),
});
export type Lifecycle = Infer<typeof Lifecycle>;

export const LifecycleHandler = object('io.k8s.api.core.v1.LifecycleHandler', {
  exec: ref(1, () => ExecAction),
  httpGet: ref(2, () => HTTPGetAction),
  tcpSocket: ref(3, () => TCPSocketAction),
  sleep: ref(4, () => SleepAction),
});
export type LifecycleHandler = Infer<typeof LifecycleHandler>;

export const ExecAction = object('io.k8s.api.core.v1.ExecAction', {
  command: list(1, string()).atomic(),
});
export type ExecAction = Infer<typeof ExecAction>;

export const GRPCAction = object('io.k8s.api.core.v1.GRPCAction', {
  port: int32(1).required(),
  service: string(2).keepsZero().default(''),
});
export type GRPCAction = Infer<typeof GRPCAction>;

export const HTTPGetAction = object('io.k8s.api.core.v1.HTTPGetAction', {
  path: string(1).default('/'),
  port: ref(2, () => IntOrString).required(),
  host: string(3),
  scheme: string(4).enum('HTTP', 'HTTPS').default('HTTP'),
  httpHeaders: list(5, () => HTTPHeader).atomic(),
});
export type HTTPGetAction = Infer<typeof HTTPGetAction>;

export const HTTPHeader = object('io.k8s.api.core.v1.HTTPHeader', {
  name: string(1).required(),
  value: string(2).required(),
});
export type HTTPHeader = Infer<typeof HTTPHeader>;

export const SleepAction = object('io.k8s.api.core.v1.SleepAction', {
  seconds: int64(1).required(),
});
export type SleepAction = Infer<typeof SleepAction>;

export const TCPSocketAction = object('io.k8s.api.core.v1.TCPSocketAction', {
  port: ref(1, () => IntOrString).required(),
  host: string(2),
});
export type TCPSocketAction = Infer<typeof TCPSocketAction>;
