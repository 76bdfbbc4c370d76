import { type KubeObject, StatusError } from '@kajitori/apimachinery';
import type { Endpoint, EndpointSlice, Service } from '@kajitori/kinds';

/** Where a connection for a Service may go. A manual endpoint names no pod, only an address. */
export interface ServiceEndpoint {
  address: string;
  port: number;
  node?: string;
  pod?: { namespace: string; name: string; uid: string };
}

/** The name under which slices carry a port of the Service. @throws StatusError ServiceUnavailable for a port that it has not. */
export function servicePortName(service: Service, port: number | string): string {
  const found = (service.spec.ports ?? []).find((one) => (typeof port === 'number' ? one.port === port : one.name === port));
  if (found === undefined || (found.protocol ?? 'TCP') !== 'TCP')
    throw new StatusError(
      'ServiceUnavailable',
      `no service port ${typeof port === 'number' ? port : JSON.stringify(port)} found for service "${service.metadata.name ?? ''}"`,
    );
  return found.name ?? '';
}

/** The ready endpoints of a port. An endpoint that says nothing of its readiness is ready, as Kubernetes has it. */
export function readyEndpoints(slices: readonly EndpointSlice[], portName: string): ServiceEndpoint[] {
  return slices.flatMap(({ endpoints, ports, metadata }) => {
    const port = (ports ?? []).find((one) => (one.name ?? '') === portName)?.port;
    if (port === undefined) return [];
    const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
    return ready.map((endpoint) => serviceEndpoint(endpoint, port, metadata.namespace ?? ''));
  });
}

function serviceEndpoint({ addresses, nodeName, targetRef }: Endpoint, port: number, own: string): ServiceEndpoint {
  const [address = ''] = addresses;
  if (targetRef?.kind !== 'Pod') return { address, port, ...(nodeName === undefined ? {} : { node: nodeName }) };
  const { namespace = own, name = '', uid = '' } = targetRef;
  return { address, port, ...(nodeName === undefined ? {} : { node: nodeName }), pod: { namespace, name, uid } };
}

/** The pod that has this address, among those that storage found by it. A pod on its node's network has no address of its own. */
export function podAtAddress(candidates: readonly KubeObject[], { address, node }: ServiceEndpoint): KubeObject | undefined {
  return candidates.find((candidate) => {
    const { spec, status } = candidate as KubeObject & {
      spec: { nodeName?: string; hostNetwork?: boolean };
      status?: { podIP?: string; phase?: string };
    };
    return (
      status?.podIP === address && status.phase === 'Running' && (node === undefined || spec.nodeName === node) && spec.hostNetwork !== true
    );
  });
}
