import { parseQuantity } from '@kajitori/apimachinery';
import type { Pod } from './pod.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const counted = ['cpu', 'memory'] as const;

/** The class that decides who is evicted first (`qos.ComputePodQOS`): only CPU and memory count. */
export function qosClassOf({ spec }: Pod): QosClass {
  const holders =
    spec.resources === undefined
      ? [...spec.containers, ...(spec.initContainers ?? [])].map(({ resources }) => resources)
      : [spec.resources];
  const asks = holders.some((one) => counted.some((name) => isSet(one?.requests?.[name]) || isSet(one?.limits?.[name])));
  if (!asks) return 'BestEffort';
  const guaranteed = holders.every((one) =>
    counted.every(
      (name) => isSet(one?.limits?.[name]) && nanos(one?.limits?.[name]) === nanos(one?.requests?.[name] ?? one?.limits?.[name]),
    ),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function nanos(value: string | undefined): bigint {
  return (value === undefined ? undefined : parseQuantity(value))?.nanos ?? 0n;
}

function isSet(value: string | undefined): boolean {
  return nanos(value) > 0n;
}
