import type { KubeObject } from '@kajitori/apimachinery';
import type { Namespace } from '../core/namespace/namespace.ts';
import type { Service } from '../core/service/service.ts';
import type { PriorityClass } from '../scheduling/priority-class.ts';
import { apiServiceObjects } from './api-services.ts';
import { flowSchemas, priorityLevels } from './flow-control.ts';
import { clusterRoleBindings, roleBindings } from './role-bindings.ts';
import { aggregatedMetricsReader, clusterRoles, roles } from './roles.ts';

/**
 * What every cluster has from its birth, as the storage overlay serves it: whole objects with their defaults, without what
 * is each cluster's own (uid, creation time, revision). What hangs on the installation, as the root CA's ConfigMaps do, is made by controllers.
 */

/** Where the API of a cluster answers inside it: the first address of its services. */
export const apiServiceAddress = '10.96.0.1';
const apiPort = 6443;

function namespace(name: string): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

function priorityClass(name: string, value: number, description: string): PriorityClass {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name, generation: 1 },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

const apiService: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: {
    type: 'ClusterIP',
    clusterIP: apiServiceAddress,
    clusterIPs: [apiServiceAddress],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
    sessionAffinity: 'None',
    ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: apiPort }],
  },
  status: { loadBalancer: {} },
};

const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** There from birth, so that a pod may be made in the same moment as its cluster. In later namespaces a controller makes it. */
function defaultServiceAccount(inNamespace: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: inNamespace } };
}

const first: readonly KubeObject[] = [
  ...systemNamespaces.map(namespace),
  apiService,
  priorityClass('system-cluster-critical', 2_000_000_000, 'For pods that a cluster needs but that may run on any node.'),
  priorityClass('system-node-critical', 2_000_001_000, 'For pods that a node needs and that can run nowhere else.'),
  ...clusterRoles,
  ...clusterRoleBindings,
  ...roles,
  ...roleBindings,
  ...priorityLevels,
  ...flowSchemas,
];

const second: readonly KubeObject[] = [...first, ...apiServiceObjects, aggregatedMetricsReader];

/** Lists by release, the first first. What a cluster was born with must not change: a new list is a new release. */
export const systemReleases: readonly (readonly KubeObject[])[] = [
  first,
  second,
  [...second, ...systemNamespaces.map(defaultServiceAccount)],
];

/** The newest release. */
export const systemObjects: readonly KubeObject[] = systemReleases.at(-1) ?? [];
