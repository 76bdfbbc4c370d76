import { type KubeObject, parseTime, type Quantity } from '@kajitori/apimachinery';
import type { PersistentVolumeClaim, Pod, Service } from '@kajitori/kinds';
import { addTo, type Amounts, amountsOf, one, wholeQuantity } from './amounts.ts';
import { podLimits, podRequests } from './pod-totals.ts';

/** The resource of an object, as quotas count it. */
export interface CountedResource {
  group: string;
  resource: string;
}

/** Kinds of the core group whose number a quota may limit by their plural alone. */
const byPlural: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);
const podCompute: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const storageClassMark = '.storageclass.storage.k8s.io/';

export function countName({ group, resource }: CountedResource): string {
  return `count/${resource}${group === '' ? '' : `.${group}`}`;
}

/** All that an object takes of a namespace's quotas. */
export function usageOf(counted: CountedResource, object: KubeObject, now: Date): Map<string, Quantity> {
  const usage = new Map<string, Quantity>([[countName(counted), one]]);
  if (counted.group !== '') return usage;
  if (byPlural.has(counted.resource)) usage.set(counted.resource, one);
  if (counted.resource === 'pods') addTo(usage, podUsage(object as Pod, now));
  else if (counted.resource === 'services') addTo(usage, serviceUsage(object as Service));
  else if (counted.resource === 'persistentvolumeclaims') addTo(usage, claimUsage(object as PersistentVolumeClaim));
  return usage;
}

/** A pod that has ended, or should have by now, takes nothing but its place among objects. */
function podUsage(pod: Pod, now: Date): Map<string, Quantity> {
  if (quotaEndsAt(pod, now) <= now.getTime()) return new Map();
  return computeUsage(podRequests(pod), podLimits(pod));
}

/** When a pod stops to count: now when it has ended, a grace period after its deletion was due, else never. */
export function quotaEndsAt({ metadata, status }: Pod, now: Date): number {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return now.getTime();
  if (metadata.deletionTimestamp === undefined) return Infinity;
  return (parseTime(metadata.deletionTimestamp) ?? Infinity) + (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}

/** What requests and limits are called in quotas. */
export function computeUsage(requests: Amounts, limits: Amounts): Map<string, Quantity> {
  const usage = new Map<string, Quantity>([['pods', one]]);
  for (const [name, quantity] of requests) {
    if (podCompute.has(name) || name.startsWith('hugepages-')) usage.set(name, quantity);
    usage.set(`requests.${name}`, quantity);
  }
  for (const [name, quantity] of limits) if (podCompute.has(name)) usage.set(`limits.${name}`, quantity);
  return usage;
}

function serviceUsage({ spec }: Service): Amounts {
  const ports = spec?.ports ?? [];
  const named = ports.filter(({ nodePort }) => (nodePort ?? 0) !== 0).length;
  const balanced = spec?.type === 'LoadBalancer';
  const nodePorts =
    spec?.type === 'NodePort' || (balanced && spec.allocateLoadBalancerNodePorts !== false) ? ports.length : balanced ? named : 0;
  return new Map([
    ['services.nodeports', wholeQuantity(nodePorts)],
    ['services.loadbalancers', wholeQuantity(balanced ? 1 : 0)],
  ]);
}

function claimUsage({ spec, status }: PersistentVolumeClaim): Amounts {
  const storage = storageOf(spec.resources?.requests, status?.allocatedResources);
  const className = spec.storageClassName ?? '';
  const usage = new Map<string, Quantity>();
  if (storage !== undefined) usage.set('requests.storage', storage);
  if (className === '') return usage;
  usage.set(`${className}${storageClassMark}persistentvolumeclaims`, one);
  if (storage !== undefined) usage.set(`${className}${storageClassMark}requests.storage`, storage);
  return usage;
}

/** A claim that was to grow and then shrunk back still holds what was allocated. */
function storageOf(requests: Record<string, string> | undefined, allocated: Record<string, string> | undefined): Quantity | undefined {
  const [asked, held] = [amountsOf(requests).get('storage'), amountsOf(allocated).get('storage')];
  return asked !== undefined && held !== undefined && held.nanos > asked.nanos ? held : asked;
}

/** The resource whose objects a name of `hard` counts; undefined for a name that nothing counts. */
export function countedBy(name: string): CountedResource | undefined {
  if (name.startsWith('count/')) {
    const [resource = '', ...group] = name.slice('count/'.length).split('.');
    return { group: group.join('.'), resource };
  }
  if (byPlural.has(name)) return { group: '', resource: name };
  if (name.startsWith('services.')) return { group: '', resource: 'services' };
  if (name === 'requests.storage' || name.includes(storageClassMark)) return { group: '', resource: 'persistentvolumeclaims' };
  return isPodName(name) ? { group: '', resource: 'pods' } : undefined;
}

function isPodName(name: string): boolean {
  if (name === 'pods' || podCompute.has(name) || name.startsWith('hugepages-')) return true;
  const [kind = '', ...rest] = name.split('.');
  const resource = rest.join('.');
  if (kind === 'limits') return podCompute.has(resource);
  return kind === 'requests' && (podCompute.has(resource) || resource.startsWith('hugepages-') || resource.includes('/'));
}
