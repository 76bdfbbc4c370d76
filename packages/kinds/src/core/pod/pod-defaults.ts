import type { Container } from './container.ts';
import type { PodSpec } from './pod-spec.ts';
import type { Pod } from './pod.ts';

/**
 * Defaults of a pod's spec that depend on other fields, for pods and for every template (`v1.SetDefaults_PodSpec` and
 * the defaults of containers). Constant ones stand in the schema.
 */
export function defaultPodSpec(spec: PodSpec): void {
  // The old name of the same field; both are always written.
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  if (account !== undefined && account !== '') {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  for (const container of everyContainer(spec)) container.imagePullPolicy ??= pullPolicyFor(container.image ?? '');
  for (const volume of spec.volumes ?? []) if (Object.keys(volume).length === 1) volume.emptyDir = {};
  if (spec.hostNetwork === true) for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) defaultHostPorts(container);
}

/** What only a pod gets, not a template: requests from limits, and environment variables of services. */
export function defaultPod(pod: Pod): void {
  defaultPodSpec(pod.spec);
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) requestsFromLimits(container);
  podRequestsFromLimits(pod.spec);
  pod.spec.enableServiceLinks ??= true;
}

export function everyContainer(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** `:latest`, or no tag at all, may change under the same name; anything else is taken as fixed. */
export function pullPolicyFor(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultHostPorts(container: Container): void {
  for (const port of container.ports ?? []) if ((port.hostPort ?? 0) === 0) port.hostPort = port.containerPort;
}

function requestsFromLimits({ resources }: Container): void {
  const limits = Object.entries(resources?.limits ?? {});
  if (resources === undefined || limits.length === 0) return;
  resources.requests = { ...Object.fromEntries(limits), ...resources.requests };
}

/** Pod-level limits become pod-level requests where neither the pod nor a container asks for less. */
function podRequestsFromLimits(spec: PodSpec): void {
  const limits = spec.resources?.limits;
  if (spec.resources === undefined || limits === undefined) return;
  const requests: Record<string, string> = { ...spec.resources.requests };
  for (const [name, limit] of Object.entries(limits)) {
    const asked = everyContainer(spec).some((container) => container.resources?.requests?.[name] !== undefined);
    if (requests[name] === undefined && !asked) requests[name] = limit;
  }
  if (Object.keys(requests).length > 0) spec.resources.requests = requests;
}
