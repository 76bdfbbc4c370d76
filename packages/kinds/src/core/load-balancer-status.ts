import { int32, list, object, string, type Infer } from '@kajitori/schema';

export const LoadBalancerStatus = object('io.k8s.api.core.v1.LoadBalancerStatus', {
  ingress: list(1, () => LoadBalancerIngress).atomic(),
});
export type LoadBalancerStatus = Infer<typeof LoadBalancerStatus>;

export const LoadBalancerIngress = object('io.k8s.api.core.v1.LoadBalancerIngress', {
  ip: string(1),
  hostname: string(2),
  ipMode: string(3).keepsZero(),
  ports: list(4, () => PortStatus).atomic(),
});
export type LoadBalancerIngress = Infer<typeof LoadBalancerIngress>;

export const PortStatus = object('io.k8s.api.core.v1.PortStatus', {
  port: int32(1).required(),
  protocol: string(2).required(),
  error: string(3).keepsZero(),
});
export type PortStatus = Infer<typeof PortStatus>;
