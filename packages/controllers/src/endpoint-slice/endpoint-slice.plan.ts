import type { Endpoint, EndpointSlice, Node, Pod, Service } from '@kajitori/kinds';
import { controllerReference } from '../pods/new-pod.ts';
import { isReady } from '../pods/pod-state.ts';
import { canonicalText, sameContent } from '../runtime/same-content.ts';
import { endpointLabels, hostnameOf, podReference, resolvePorts, type ResolvedPort, servingPods } from '../services/service-pods.ts';

const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';
/** Endpoints of one slice at most. */
export const endpointsMax = 100;

export interface EndpointSliceSnapshot {
  service: Service;
  /** Pods of its namespace. */
  pods: readonly Pod[];
  /** Slices that this controller made for the service. */
  slices: readonly EndpointSlice[];
  node: (name: string) => Node | undefined;
}

export interface EndpointSlicePlan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

/**
 * Distributes a service's endpoints over slices. An endpoint stays in the slice that it is in, gaps are filled before a slice is
 * made, so that a change of one pod changes one slice: every node hears of each.
 */
export function planEndpointSlices(snapshot: EndpointSliceSnapshot): EndpointSlicePlan {
  const { service, slices } = snapshot;
  const plan: EndpointSlicePlan = { create: [], update: [], delete: [] };
  const groups = groupByPorts(snapshot);
  const bySlicePorts = Map.groupBy(slices, (slice) => (slice.addressType === 'IPv4' ? portsKey(slice.ports ?? []) : 'other'));
  for (const [key, { ports, endpoints }] of groups) fill(service, ports, endpoints, bySlicePorts.get(key) ?? [], plan);
  for (const [key, stale] of bySlicePorts) if (!groups.has(key)) plan.delete.push(...stale);
  return keepOne(service, slices, plan);
}

function groupByPorts({
  service,
  pods,
  node,
}: EndpointSliceSnapshot): Map<string, { ports: ResolvedPort[]; endpoints: Map<string, Endpoint> }> {
  const groups = new Map<string, { ports: ResolvedPort[]; endpoints: Map<string, Endpoint> }>();
  for (const pod of servingPods(service, pods)) {
    const ports = resolvePorts(service, pod);
    const group = groups.get(portsKey(ports)) ?? { ports, endpoints: new Map<string, Endpoint>() };
    groups.set(portsKey(ports), group);
    group.endpoints.set(pod.metadata.uid ?? '', endpointOf(pod, service, node(pod.spec.nodeName ?? '')));
  }
  return groups;
}

function endpointOf(pod: Pod, service: Service, node: Node | undefined): Endpoint {
  const serving = isReady(pod) || service.spec?.publishNotReadyAddresses === true;
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const hostname = hostnameOf(pod, service);
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: serving && (!terminating || service.spec?.publishNotReadyAddresses === true), serving, terminating },
    targetRef: podReference(pod),
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    ...(zone === undefined ? {} : { zone }),
  };
}

/** Order of ports does not matter. */
function portsKey(ports: readonly { name?: string; protocol?: string; port?: number; appProtocol?: string }[]): string {
  return ports
    .map(({ name = '', protocol = 'TCP', port, appProtocol = '' }) => `${name}/${protocol}/${port ?? ''}/${appProtocol}`)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join(',');
}

function fill(
  service: Service,
  ports: ResolvedPort[],
  wanted: ReadonlyMap<string, Endpoint>,
  present: readonly EndpointSlice[],
  plan: EndpointSlicePlan,
): void {
  const left = new Map(wanted);
  const kept = present.map((slice) => {
    const endpoints: Endpoint[] = [];
    for (const { targetRef } of slice.endpoints ?? []) {
      const endpoint = left.get(targetRef?.uid ?? '');
      if (endpoint === undefined || endpoints.length >= endpointsMax) continue;
      endpoints.push(endpoint);
      left.delete(targetRef?.uid ?? '');
    }
    return { slice, endpoints };
  });
  const rest = [...left.values()];
  // Fuller slices first: the fewest slices change, and the emptiest can go.
  for (const { endpoints } of kept.toSorted((a, b) => b.endpoints.length - a.endpoints.length)) {
    endpoints.push(...rest.splice(0, Math.max(0, endpointsMax - endpoints.length)));
  }
  for (const { slice, endpoints } of kept) {
    if (endpoints.length === 0) plan.delete.push(slice);
    else pushChanged(service, slice, endpoints, plan);
  }
  while (rest.length > 0) plan.create.push(newSlice(service, ports, rest.splice(0, endpointsMax)));
}

function pushChanged(service: Service, slice: EndpointSlice, endpoints: Endpoint[], plan: EndpointSlicePlan): void {
  const labels = labelsOf(service);
  const same = sameContent(endpoints, slice.endpoints ?? []) && canonicalText(labels) === canonicalText(slice.metadata.labels ?? {});
  if (!same) plan.update.push({ ...slice, metadata: { ...slice.metadata, labels }, endpoints });
}

/** A service always has a slice, be it empty: who looks for one need not guess whether it has been made yet. */
function keepOne(service: Service, slices: readonly EndpointSlice[], plan: EndpointSlicePlan): EndpointSlicePlan {
  if (slices.length - plan.delete.length + plan.create.length > 0) return plan;
  const [spared, ...others] = plan.delete;
  if (spared === undefined) return { ...plan, create: [newSlice(service, [], [])] };
  plan.delete = others;
  if ((spared.endpoints ?? []).length > 0)
    plan.update.push({ ...spared, metadata: { ...spared.metadata, labels: labelsOf(service) }, endpoints: [] });
  return plan;
}

function labelsOf(service: Service): Record<string, string> {
  return endpointLabels(service, { [serviceNameLabel]: service.metadata.name ?? '', [managedByLabel]: managedBy });
}

function newSlice(service: Service, ports: readonly ResolvedPort[], endpoints: Endpoint[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace,
      labels: labelsOf(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports: [...ports],
  };
}
