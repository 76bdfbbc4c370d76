import { parseQuantity } from '@kajitori/apimachinery';
import type { Container } from '@kajitori/kinds';
import type { NodePod } from './node-pod.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const counted = ['cpu', 'memory'] as const;

/** Kubernetes' rule (`qos.ComputePodQOS`): Guaranteed when every container's limits equal its requests, BestEffort when none has either. */
export function qosClassOf(pod: NodePod): QosClass {
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  if (
    containers.every((container) =>
      counted.every((resource) => nanos(container, 'requests', resource) === 0n && nanos(container, 'limits', resource) === 0n),
    )
  ) {
    return 'BestEffort';
  }
  const guaranteed = containers.every((container) =>
    counted.every((resource) => {
      const limit = nanos(container, 'limits', resource);
      const request = nanos(container, 'requests', resource);
      return limit > 0n && (request === 0n || request === limit);
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function nanos(container: Container, kind: 'requests' | 'limits', resource: 'cpu' | 'memory'): bigint {
  const value = container.resources?.[kind]?.[resource];
  return value === undefined ? 0n : (parseQuantity(value)?.nanos ?? 0n);
}
