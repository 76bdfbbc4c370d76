/** A node's measurements as objects of `metrics.k8s.io`. Pure. */
import type { NodeUsage } from '@kajitori/agent-protocol';
import { formatTime, type KubeObject } from '@kajitori/apimachinery';
import type { NodeMetrics, PodMetrics } from '@kajitori/kinds';

const bytesPerKibibyte = 1024;

function usageOf({ cpuNanoCores, memoryWorkingSetBytes }: { cpuNanoCores: number; memoryWorkingSetBytes: number }): Record<string, string> {
  const kibibytes = Math.ceil(memoryWorkingSetBytes / bytesPerKibibyte);
  return { cpu: cpuNanoCores === 0 ? '0' : `${cpuNanoCores}n`, memory: kibibytes === 0 ? '0' : `${kibibytes}Ki` };
}

/** A duration as Go writes it, in milliseconds at the finest. */
function windowText(seconds: number): string {
  return `${Number(seconds.toFixed(3))}s`;
}

/** The metadata of what is measured: its labels are selected by, its creation is the answer's. */
function metadataOf({ metadata }: KubeObject, now: Date): KubeObject['metadata'] {
  const { name = '', namespace, labels } = metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    creationTimestamp: formatTime(now),
    ...(labels === undefined ? {} : { labels }),
  };
}

export function nodeMetricsOf(node: KubeObject, { node: usage, measuredAt }: NodeUsage, now: Date): NodeMetrics {
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'NodeMetrics',
    metadata: metadataOf(node, now),
    timestamp: formatTime(new Date(measuredAt)),
    window: windowText(usage.windowSeconds),
    usage: usageOf(usage),
  };
}

/** Undefined for a pod of which nothing that runs was measured. */
export function podMetricsOf(pod: KubeObject, usage: NodeUsage, now: Date): PodMetrics | undefined {
  const found = usage.pods.find(({ uid }) => uid === pod.metadata.uid);
  const [first] = found?.containers ?? [];
  if (found === undefined || first === undefined) return undefined;
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: metadataOf(pod, now),
    timestamp: formatTime(new Date(usage.measuredAt)),
    window: windowText(first.windowSeconds),
    containers: found.containers.map((one) => ({ name: one.name, usage: usageOf(one) })),
  };
}
