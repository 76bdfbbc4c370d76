import { int32, list, object, string, type Infer } from '@kajitori/schema';

export const LoadBalancerStatus = object('io.k8s.api.core.v1.LoadBalancerStatus', {
  ingress: list(1, () => LoadBalancerIngress)
    .atomic()
    .describe('Points at which traffic enters.'),
});
export type LoadBalancerStatus = Infer<typeof LoadBalancerStatus>;

export const LoadBalancerIngress = object('io.k8s.api.core.v1.LoadBalancerIngress', {
  ip: string(1).describe('Address of the balancer.'),
  hostname: string(2).describe('Name of the balancer.'),
  ipMode: string(3)
    .keepsZero()
    .describe("VIP when traffic arrives with the balancer's address as its destination, Proxy when it arrives with the node's."),
  ports: list(4, () => PortStatus)
    .atomic()
    .describe('State of each port.'),
});
export type LoadBalancerIngress = Infer<typeof LoadBalancerIngress>;

export const PortStatus = object('io.k8s.api.core.v1.PortStatus', {
  port: int32(1).required().describe('Port of the balancer.'),
  protocol: string(2).required().describe('TCP, UDP or SCTP.'),
  error: string(3).keepsZero().describe('What is wrong with the port, in one word.'),
});
export type PortStatus = Infer<typeof PortStatus>;
