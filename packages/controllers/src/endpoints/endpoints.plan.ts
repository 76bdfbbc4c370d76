import type { Endpoints, EndpointSubset, Pod, Service } from '@kajitori/kinds';
import { isReady } from '../pods/pod-state.ts';
import { sameContent } from '../runtime/same-content.ts';
import { endpointLabels, hostnameOf, podReference, resolvePorts, servingPods } from '../services/service-pods.ts';

/** Addresses of one object at most; more are told by slices only. */
export const addressesMax = 1_000;
const overCapacity = 'endpoints.kubernetes.io/over-capacity';
const managedBy = { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' };

/** The Endpoints of a service as they should be; undefined when they are. */
export function planEndpoints(service: Service, pods: readonly Pod[], found: Endpoints | undefined): Endpoints | undefined {
  const publish = service.spec?.publishNotReadyAddresses === true;
  const all = servingPods(service, pods).filter(({ metadata }) => publish || metadata.deletionTimestamp === undefined);
  const shown = all.toSorted((a, b) => Number(isReady(b)) - Number(isReady(a))).slice(0, addressesMax);
  const subsets = subsetsOf(service, shown, publish);
  const labels = endpointLabels(service, managedBy);
  const { [overCapacity]: _, ...annotations } = found?.metadata.annotations ?? {};
  if (all.length > shown.length) annotations[overCapacity] = 'truncated';
  const same =
    sameContent(found?.subsets ?? [], subsets) &&
    sameContent(found?.metadata.labels, labels) &&
    sameContent(found?.metadata.annotations, annotations);
  if (found !== undefined && same) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...found?.metadata, namespace: service.metadata.namespace, name: service.metadata.name, labels, annotations },
    subsets,
  };
}

/** Pods with the same ports stand together. */
function subsetsOf(service: Service, pods: readonly Pod[], publish: boolean): EndpointSubset[] {
  const groups = Map.groupBy(pods, (pod) => JSON.stringify(resolvePorts(service, pod)));
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => subsetOf(service, group, publish));
}

function subsetOf(service: Service, group: readonly Pod[], publish: boolean): EndpointSubset {
  const sorted = group.toSorted((a, b) => ((a.status?.podIP ?? '') < (b.status?.podIP ?? '') ? -1 : 1));
  const addressesOf = (pods: readonly Pod[]): EndpointSubset['addresses'] =>
    pods.length === 0 ? undefined : pods.map((pod) => addressOf(pod, service));
  const [first] = group;
  const ports =
    first === undefined
      ? []
      : resolvePorts(service, first).map(({ name, port, protocol, appProtocol }) => ({
          name: name === '' ? undefined : name,
          port,
          protocol,
          appProtocol,
        }));
  return {
    addresses: addressesOf(sorted.filter((pod) => publish || isReady(pod))),
    notReadyAddresses: addressesOf(sorted.filter((pod) => !publish && !isReady(pod))),
    ports: ports.length === 0 ? undefined : ports,
  };
}

function addressOf(pod: Pod, service: Service): NonNullable<EndpointSubset['addresses']>[number] {
  return { ip: pod.status?.podIP ?? '', targetRef: podReference(pod), hostname: hostnameOf(pod, service), nodeName: pod.spec.nodeName };
}
