import { milliValue, unitValue } from '@kajitori/apimachinery';
import type { Resources } from './engine-limits.ts';

/** CPU and memory that are set aside. */
export interface Requests {
  cpuMillis: number;
  memoryBytes: number;
}

export const noRequests: Requests = { cpuMillis: 0, memoryBytes: 0 };

/** Of containers that run side by side. Pure. */
export function requestsOf(all: Iterable<Resources | undefined>): Requests {
  const sum = { ...noRequests };
  for (const resources of all) {
    sum.cpuMillis += milliValue(resources?.requests?.['cpu'] ?? resources?.limits?.['cpu']);
    sum.memoryBytes += unitValue(resources?.requests?.['memory'] ?? resources?.limits?.['memory']);
  }
  return sum;
}
