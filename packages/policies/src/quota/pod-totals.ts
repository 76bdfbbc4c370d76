import { compareQuantities, type Quantity } from '@kajitori/apimachinery';
import type { Container, Pod } from '@kajitori/kinds';
import { addTo, type Amounts, amountsOf } from './amounts.ts';

/**
 * What a pod asks for in all, exactly: the larger of its containers together and its init containers one by one (sidecars run
 * beside the rest), pod-level amounts in the place of sums, and its overhead. Rule: Kubernetes' PodRequests and PodLimits.
 */
export function podRequests({ spec }: Pod): Map<string, Quantity> {
  const total = together(spec, 'requests');
  addTo(total, amountsOf(spec.overhead));
  return total;
}

/** Likewise the limits; overhead raises only what is limited. */
export function podLimits({ spec }: Pod): Map<string, Quantity> {
  const total = together(spec, 'limits');
  addTo(total, new Map([...amountsOf(spec.overhead)].filter(([name]) => total.has(name))));
  return total;
}

function together(spec: Pod['spec'], list: 'requests' | 'limits'): Map<string, Quantity> {
  const own = (container: Container): Amounts => amountsOf(container.resources?.[list]);
  const running = new Map<string, Quantity>();
  for (const container of spec.containers) addTo(running, own(container));
  const sidecars = new Map<string, Quantity>();
  const starting = new Map<string, Quantity>();
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      addTo(running, own(container));
      addTo(sidecars, own(container));
      raise(starting, sidecars);
    } else {
      const beside = new Map(sidecars);
      addTo(beside, own(container));
      raise(starting, beside);
    }
  }
  raise(running, starting);
  for (const [name, quantity] of amountsOf(spec.resources?.[list])) running.set(name, quantity);
  return running;
}

function raise(most: Map<string, Quantity>, other: Amounts): void {
  for (const [name, quantity] of other) {
    const before = most.get(name);
    if (before === undefined || compareQuantities(quantity, before) > 0) most.set(name, quantity);
  }
}
