import type { SchedulablePod } from './pod.ts';

/** A port of the node that a pod takes. An empty address means all of the node's. */
export interface HostPort {
  address: string;
  protocol: string;
  port: number;
}

export function hostPortsOf(pod: SchedulablePod): HostPort[] {
  const restartable = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...restartable].flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => (port.hostPort ?? 0) > 0)
      .map((port) => ({
        address: port.hostIP === undefined || port.hostIP === '0.0.0.0' ? '' : port.hostIP,
        protocol: port.protocol ?? 'TCP',
        port: port.hostPort ?? 0,
      })),
  );
}

export function portsClash(wanted: readonly HostPort[], taken: readonly HostPort[]): boolean {
  return wanted.some((one) =>
    taken.some(
      (other) =>
        one.port === other.port &&
        one.protocol === other.protocol &&
        (one.address === '' || other.address === '' || one.address === other.address),
    ),
  );
}
