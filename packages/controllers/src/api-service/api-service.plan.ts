import { type APIService, apiServiceObjects, type EndpointSlice, type Kind, type Service } from '@kajitori/kinds';

/** Who makes an APIService: Kubernetes' own at its start (`onstart`), or the definitions of custom resources (`true`). */
export const automanaged = 'kube-aggregator.kubernetes.io/automanaged';
/** Custom resources give way to groups that were made with thought for the order. */
const groupPriorityMinimum = 1000;
const versionPriority = 100;

/** `v1.example.com` → `v1` of `example.com`. */
export function groupVersionOf(name: string): { group: string; version: string } {
  const dot = name.indexOf('.');
  return { version: name.slice(0, dot), group: name.slice(dot + 1) };
}

/** The APIService of what the API server serves by itself, as every cluster was born with it. */
export function builtIn(name: string): APIService | undefined {
  return apiServiceObjects.find(({ metadata }) => metadata.name === name);
}

/** The local APIService of a group and version that a CustomResourceDefinition serves. */
export function ofDefinition(name: string): APIService {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels: { [automanaged]: 'true' } },
    spec: { ...groupVersionOf(name), groupPriorityMinimum, versionPriority },
  };
}

export function isServed(kinds: readonly Kind[], name: string): boolean {
  const { group, version } = groupVersionOf(name);
  return kinds.some((kind) => kind.group === group && kind.version === version && kind.custom?.served === true);
}

/** The names of the APIServices that a definition's versions ask for, from the text of the definition. */
export function apiServicesOfDefinition(body: string): string[] {
  const { spec } = JSON.parse(body) as { spec: { group: string; versions: { name: string }[] } };
  return spec.versions.map(({ name }) => `${name}.${spec.group}`);
}

/** The APIServices that a Service, or a slice of its endpoints, stands behind. */
export function behind(object: Service | EndpointSlice, all: readonly APIService[]): string[] {
  const name = object.kind === 'Service' ? object.metadata.name : object.metadata.labels?.['kubernetes.io/service-name'];
  return all
    .filter(({ spec: { service } }) => service !== undefined && service.name === name && service.namespace === object.metadata.namespace)
    .map(({ metadata }) => metadata.name ?? '');
}
