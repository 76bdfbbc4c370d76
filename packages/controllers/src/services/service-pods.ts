import { type KubeObject, matchesLabels, selectorOf } from '@kajitori/apimachinery';
import type { InformerEvent } from '@kajitori/client';
import { type Pod, type Service, type ServicePort, services } from '@kajitori/kinds';
import { isEnded, isReady } from '../pods/pod-state.ts';
import type { Caches } from '../runtime/caches.ts';
import { nameOf, type ObjectName } from '../runtime/controller.ts';

/** A port of a service as one pod serves it. */
export interface ResolvedPort {
  name: string;
  protocol: string;
  port: number;
  appProtocol?: string;
}

/** The service's endpoints are made from pods; without a selector they are someone else's business. */
export function selectsPods({ spec }: Service): boolean {
  return spec?.selector !== undefined && Object.keys(spec.selector).length > 0 && spec.type !== 'ExternalName';
}

export function isHeadless({ spec }: Service): boolean {
  return spec?.clusterIP === 'None';
}

/** Pods with an address that have not ended; those that are ending are among them. */
export function servingPods({ spec }: Service, candidates: readonly Pod[]): Pod[] {
  const selector = selectorOf({ matchLabels: spec?.selector }) ?? [];
  return candidates.filter((pod) => matchesLabels(selector, pod.metadata.labels) && !isEnded(pod) && (pod.status?.podIP ?? '') !== '');
}

/** The service's ports on this pod; a named port that the pod does not have is left out. */
export function resolvePorts({ spec }: Service, pod: Pod): ResolvedPort[] {
  return (spec?.ports ?? []).flatMap((port) => {
    const number = portNumber(port, pod);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ name, protocol, port: number, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function portNumber({ port, protocol = 'TCP', targetPort }: ServicePort, { spec }: Pod): number | undefined {
  if (targetPort === undefined || targetPort === 0 || targetPort === '') return port;
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = [...spec.containers, ...sidecars].flatMap((container) => container.ports ?? []);
  return ports.find((one) => one.name === targetPort && (one.protocol ?? 'TCP') === protocol)?.containerPort;
}

/** Services that a change of a pod concerns: those that select it, or did. */
export function servicesOfPod(event: InformerEvent<Pod>, caches: Caches): ObjectName[] {
  if (event.type === 'updated' && told(event.old) === told(event.object)) return [];
  const all = [event.object, ...(event.type === 'updated' ? [event.old] : [])];
  return caches
    .of(services)
    .list(event.object.metadata.namespace)
    .filter(
      (service) =>
        selectsPods(service) &&
        all.some(({ metadata }) => matchesLabels(selectorOf({ matchLabels: service.spec?.selector }) ?? [], metadata.labels)),
    )
    .map(nameOf);
}

/** All of a pod that an endpoint shows. */
function told(pod: Pod): string {
  const { metadata, spec, status } = pod;
  return JSON.stringify([
    metadata.labels,
    metadata.deletionTimestamp,
    spec.nodeName,
    spec.hostname,
    spec.subdomain,
    status?.podIP,
    status?.podIPs,
    status?.phase,
    isReady(pod),
  ]);
}

/** Labels of the service beside those that tell whose the endpoints are. */
export function endpointLabels(service: Service, own: Record<string, string>): Record<string, string> {
  const { 'service.kubernetes.io/headless': _, ...labels } = service.metadata.labels ?? {};
  return { ...labels, ...(isHeadless(service) ? { 'service.kubernetes.io/headless': '' } : {}), ...own };
}

export function podReference({ metadata }: KubeObject): { kind: string; namespace?: string; name?: string; uid?: string } {
  return { kind: 'Pod', namespace: metadata.namespace, name: metadata.name, uid: metadata.uid };
}

/** A pod that a headless service names has that name in DNS. */
export function hostnameOf({ spec }: Pod, service: Service): string | undefined {
  return spec.hostname !== undefined && spec.subdomain === service.metadata.name ? spec.hostname : undefined;
}
