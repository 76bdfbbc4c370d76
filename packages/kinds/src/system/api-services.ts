import { type APIService, locallyAvailable } from '../apiregistration/api-service.ts';

/** Kubernetes' own priorities: groups by how much they are preferred, and their versions. */
const priorities: Readonly<Record<string, { group: number; versions: Readonly<Record<string, number>> }>> = {
  '': { group: 18_000, versions: { v1: 1 } },
  apps: { group: 17_800, versions: { v1: 15 } },
  'events.k8s.io': { group: 17_750, versions: { v1: 15 } },
  'authentication.k8s.io': { group: 17_700, versions: { v1: 15 } },
  'authorization.k8s.io': { group: 17_600, versions: { v1: 15 } },
  autoscaling: { group: 17_500, versions: { v2: 30, v1: 15 } },
  batch: { group: 17_400, versions: { v1: 15 } },
  'certificates.k8s.io': { group: 17_300, versions: { v1: 15 } },
  'networking.k8s.io': { group: 17_200, versions: { v1: 15 } },
  policy: { group: 17_100, versions: { v1: 15 } },
  'rbac.authorization.k8s.io': { group: 17_000, versions: { v1: 15 } },
  'storage.k8s.io': { group: 16_800, versions: { v1: 15 } },
  'apiextensions.k8s.io': { group: 16_700, versions: { v1: 15 } },
  'admissionregistration.k8s.io': { group: 16_700, versions: { v1: 15 } },
  'scheduling.k8s.io': { group: 16_600, versions: { v1: 15 } },
  'coordination.k8s.io': { group: 16_500, versions: { v1: 15 } },
  'node.k8s.io': { group: 16_300, versions: { v1: 15 } },
  'discovery.k8s.io': { group: 16_200, versions: { v1: 15 } },
  'flowcontrol.apiserver.k8s.io': { group: 16_100, versions: { v1: 21 } },
  'resource.k8s.io': { group: 15_200, versions: { v1: 15 } },
};

/** Other clusters have a metrics server behind this one. */
const metrics = apiService('metrics.k8s.io', 'v1beta1', { groupPriorityMinimum: 100, versionPriority: 100 });

/** Groups and versions that the API server serves by itself. */
export const apiServiceObjects: readonly APIService[] = [
  ...Object.entries(priorities).flatMap(([name, { group, versions }]) =>
    Object.entries(versions).map(([version, priority]) =>
      apiService(name, version, { groupPriorityMinimum: group, versionPriority: priority }),
    ),
  ),
  metrics,
];

function apiService(group: string, version: string, spec: { groupPriorityMinimum: number; versionPriority: number }): APIService {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}`, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
    spec: { ...(group === '' ? {} : { group }), version, ...spec },
    status: { conditions: [{ ...locallyAvailable }] },
  };
}
