import { milliValue, unitValue } from '@kajitori/apimachinery';
import type { ContainerNeeds, SchedulablePod } from './pod.ts';

/** Amounts by resource: cpu in thousandths, everything else in whole units. */
export type Amounts = ReadonlyMap<string, number>;

/** What a container without a request is taken to need when nodes are compared, not when they are checked. */
const assumedMilliCpu = 100;
const assumedMemoryBytes = 200 * 1024 * 1024;

export function amountOf(resource: string, quantity: string | undefined): number {
  return resource === 'cpu' ? milliValue(quantity) : unitValue(quantity);
}

/**
 * What a pod takes of a node: the larger of its containers together and its init containers one by one (those that restart
 * always run beside the rest), and its overhead. Rule: Kubernetes' resource helper PodRequests, KEP-753 and KEP-2837.
 */
export function podRequests(pod: SchedulablePod): Amounts {
  return requestsOf(pod, (container) => amounts(container.resources?.requests));
}

/** The same with an assumed minimum for each container, so that pods without requests still spread. */
export function comparedRequests(pod: SchedulablePod): Amounts {
  return requestsOf(pod, (container) => {
    const found = new Map(amounts(container.resources?.requests));
    if (!found.has('cpu')) found.set('cpu', assumedMilliCpu);
    if (!found.has('memory')) found.set('memory', assumedMemoryBytes);
    return found;
  });
}

function requestsOf(pod: SchedulablePod, needs: (container: ContainerNeeds) => Amounts): Amounts {
  const running = new Map<string, number>();
  for (const container of pod.spec?.containers ?? []) add(running, needs(container));
  const sidecars = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of pod.spec?.initContainers ?? []) {
    const own = needs(container);
    if (container.restartPolicy === 'Always') {
      add(running, own);
      add(sidecars, own);
      raise(starting, sidecars);
    } else {
      const beside = new Map(sidecars);
      add(beside, own);
      raise(starting, beside);
    }
  }
  raise(running, starting);
  // Pod-level requests stand for the sum of the containers'.
  for (const [resource, amount] of amounts(pod.spec?.resources?.requests)) running.set(resource, amount);
  add(running, amounts(pod.spec?.overhead));
  return running;
}

export function amounts(quantities: Record<string, string> | undefined): Amounts {
  return new Map(Object.entries(quantities ?? {}).map(([resource, quantity]) => [resource, amountOf(resource, quantity)]));
}

function add(sum: Map<string, number>, more: Amounts): void {
  for (const [resource, amount] of more) sum.set(resource, (sum.get(resource) ?? 0) + amount);
}

function raise(most: Map<string, number>, other: Amounts): void {
  for (const [resource, amount] of other) most.set(resource, Math.max(most.get(resource) ?? 0, amount));
}
