import { milliValue, unitValue } from '@kajitori/apimachinery';
import type { Container } from '@kajitori/kinds';
import type { QosClass } from '../model/qos-class.ts';

/** cgroup numbers as the kubelet computes them. */
export interface EngineResources {
  CpuShares: number;
  CpuPeriod?: number;
  CpuQuota?: number;
  Memory?: number;
  MemorySwap?: number;
  OomScoreAdj: number;
}

const sharesPerCpu = 1024;
const minShares = 2;
const maxShares = 262_144;
const periodMicroseconds = 100_000;
const minQuotaMicroseconds = 1000;

export function containerResources(
  container: Container,
  node: { qosClass: QosClass; memoryBytes: number; lowestOomScoreAdjust: number },
): EngineResources {
  const { limits = {}, requests = {} } = container.resources ?? {};
  const limitMillis = milliValue(limits['cpu']);
  const requestMillis = requests['cpu'] === undefined ? limitMillis : milliValue(requests['cpu']);
  const memory = unitValue(limits['memory']);
  return {
    CpuShares: requestMillis === 0 ? minShares : clamp(Math.floor((requestMillis * sharesPerCpu) / 1000), minShares, maxShares),
    ...(limitMillis === 0
      ? {}
      : { CpuPeriod: periodMicroseconds, CpuQuota: Math.max(Math.floor((limitMillis * periodMicroseconds) / 1000), minQuotaMicroseconds) }),
    // Without a swap limit of the same size a container would swap instead of being killed.
    ...(memory === 0 ? {} : { Memory: memory, MemorySwap: memory }),
    OomScoreAdj: Math.max(
      node.lowestOomScoreAdjust,
      oomScoreAdjust(node.qosClass, unitValue(requests['memory'] ?? limits['memory']), node.memoryBytes),
    ),
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
