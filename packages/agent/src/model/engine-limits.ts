import { milliValue, unitValue } from '@kajitori/apimachinery';
import type { Container } from '@kajitori/kinds';

export type Resources = NonNullable<Container['resources']>;

/** What a running container's control group can be told anew; 0: no limit. */
export interface EngineLimits {
  cpuShares: number;
  /** In each period of 100 ms. */
  cpuQuotaMicroseconds: number;
  memoryBytes: number;
}

const sharesPerCpu = 1024;
const minShares = 2;
const maxShares = 262_144;
export const cpuPeriodMicroseconds = 100_000;
const minQuotaMicroseconds = 1000;

/** As a kubelet computes them. Pure. */
export function engineLimitsOf({ limits = {}, requests = {} }: Resources = {}): EngineLimits {
  const limitMillis = milliValue(limits['cpu']);
  const requestMillis = requests['cpu'] === undefined ? limitMillis : milliValue(requests['cpu']);
  const shares = Math.floor((requestMillis * sharesPerCpu) / 1000);
  const quota = Math.floor((limitMillis * cpuPeriodMicroseconds) / 1000);
  return {
    cpuShares: requestMillis === 0 ? minShares : Math.min(Math.max(shares, minShares), maxShares),
    cpuQuotaMicroseconds: limitMillis === 0 ? 0 : Math.max(quota, minQuotaMicroseconds),
    memoryBytes: unitValue(limits['memory']),
  };
}

/** As a label carries them. */
export function limitsText({ cpuShares, cpuQuotaMicroseconds, memoryBytes }: EngineLimits): string {
  return `${cpuShares}/${cpuQuotaMicroseconds}/${memoryBytes}`;
}

export function parseLimits(text: string | undefined): EngineLimits | undefined {
  const [, cpuShares, cpuQuotaMicroseconds, memoryBytes] = /^(\d+)\/(\d+)\/(\d+)$/.exec(text ?? '') ?? [];
  if (memoryBytes === undefined) return undefined;
  return { cpuShares: Number(cpuShares), cpuQuotaMicroseconds: Number(cpuQuotaMicroseconds), memoryBytes: Number(memoryBytes) };
}

/** Which of the two differ. */
export function changedLimits(one: EngineLimits, other: EngineLimits): { cpu: boolean; memory: boolean } {
  return {
    cpu: one.cpuShares !== other.cpuShares || one.cpuQuotaMicroseconds !== other.cpuQuotaMicroseconds,
    memory: one.memoryBytes !== other.memoryBytes,
  };
}
