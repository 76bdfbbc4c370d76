import { unitValue } from '@kajitori/apimachinery';
import type { Container } from '@kajitori/kinds';
import { type EngineLimits, cpuPeriodMicroseconds, engineLimitsOf } from '../model/engine-limits.ts';
import type { QosClass } from '../model/qos-class.ts';

/** cgroup numbers as the kubelet computes them, in the engine's words. */
export interface EngineResources {
  CpuShares: number;
  CpuPeriod?: number;
  CpuQuota?: number;
  Memory?: number;
  MemorySwap?: number;
}

export function containerResources(
  container: Container,
  node: { qosClass: QosClass; memoryBytes: number; lowestOomScoreAdjust: number },
): EngineResources & { OomScoreAdj: number } {
  const { limits = {}, requests = {} } = container.resources ?? {};
  return {
    ...updatableResources(engineLimitsOf(container.resources)),
    OomScoreAdj: Math.max(
      node.lowestOomScoreAdjust,
      oomScoreAdjust(node.qosClass, unitValue(requests['memory'] ?? limits['memory']), node.memoryBytes),
    ),
  };
}

/** The part that a running container can be told anew. */
export function updatableResources({ cpuShares, cpuQuotaMicroseconds, memoryBytes }: EngineLimits): EngineResources {
  return {
    CpuShares: cpuShares,
    ...(cpuQuotaMicroseconds === 0 ? {} : { CpuPeriod: cpuPeriodMicroseconds, CpuQuota: cpuQuotaMicroseconds }),
    // Without a swap limit of the same size a container would swap instead of being killed.
    ...(memoryBytes === 0 ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
  };
}

/** Who is killed first when memory runs out: BestEffort, then Burstable by how much more it uses than it asked for. */
function oomScoreAdjust(qosClass: QosClass, requestBytes: number, nodeBytes: number): number {
  if (qosClass === 'Guaranteed') return -997;
  if (qosClass === 'BestEffort') return 1000;
  return clamp(1000 - Math.floor((1000 * requestBytes) / nodeBytes), 3, 999);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
