import { compareQuantities, type KubeObject, type Quantity } from '@kajitori/apimachinery';
import type { Pod, ResourceQuota } from '@kajitori/kinds';
import { addTo, amountsOf, amountsText, increase, nothing, only, quantityTexts } from './amounts.ts';
import { inScopes } from './scopes.ts';
import { computeUsage, type CountedResource, countedBy, usageOf } from './usage.ts';

/** A write that a namespace's quotas are asked about. */
export interface Charged extends CountedResource {
  object: KubeObject;
  /** What lay there before; absent for a creation. */
  old?: KubeObject;
}

/** Undefined: the quota does not mind. Else why it refuses, or what is used once the object is written. */
export type QuotaCharge = { refused: string } | { used: Record<string, string> } | undefined;

/** What every container must say when the quota limits it (Kubernetes' `validationSet`). */
const mustBeSaid: ReadonlySet<string> = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** One quota's view of one write. What counts is its status: that is what the controller has taken from its spec. */
export function chargeQuota(quota: ResourceQuota, charged: Charged, now: Date): QuotaCharge {
  const hard = amountsOf(quota.status?.hard);
  const watched = new Set([...hard.keys()].filter((name) => isOf(name, charged)));
  if (watched.size === 0 || !inScopes(quota, charged, charged.object)) return undefined;
  const name = quota.metadata.name ?? '';
  const unsaid = isPod(charged) && charged.old === undefined ? unsaidAmounts(charged.object as Pod, watched) : '';
  if (unsaid !== '') return { refused: `failed quota: ${name}: must specify ${unsaid}` };
  const used = amountsOf(quota.status?.used);
  const unknown = [...watched].filter((resource) => !used.has(resource));
  if (unknown.length > 0) return { refused: `status unknown for quota: ${name}, resources: ${unknown.sort().join(',')}` };
  const asked = only(increaseOf(charged, now), watched);
  if ([...asked.values()].every(({ nanos }) => nanos === 0n)) return undefined;
  const next = new Map(used);
  addTo(next, asked);
  const exceeded = new Set([...asked.keys()].filter((resource) => isMore(next.get(resource), hard.get(resource))));
  if (exceeded.size === 0) return { used: quantityTexts(next) };
  const show = (amounts: ReadonlyMap<string, Quantity>): string => amountsText(only(amounts, exceeded));
  return { refused: `exceeded quota: ${name}, requested: ${show(asked)}, used: ${show(used)}, limited: ${show(hard)}` };
}

function isPod({ group, resource }: CountedResource): boolean {
  return group === '' && resource === 'pods';
}

function isOf(name: string, { group, resource }: CountedResource): boolean {
  const counted = countedBy(name);
  return counted?.group === group && counted.resource === resource;
}

function increaseOf(charged: Charged, now: Date): Map<string, Quantity> {
  const usage = usageOf(charged, charged.object, now);
  return charged.old === undefined ? usage : increase(usage, usageOf(charged, charged.old, now));
}

function isMore(amount: Quantity = nothing, limit: Quantity = nothing): boolean {
  return compareQuantities(amount, limit) > 0;
}

/** `limits.cpu for: a,b; memory for: a`, or nothing when all is said. */
function unsaidAmounts({ spec }: Pod, watched: ReadonlySet<string>): string {
  const wanted = [...watched].filter((name) => mustBeSaid.has(name));
  const ofPod = computeUsage(amountsOf(spec.resources?.requests), amountsOf(spec.resources?.limits));
  const missing = wanted.flatMap((name) => {
    if (ofPod.has(name)) return [];
    const silent = [...spec.containers, ...(spec.initContainers ?? [])]
      .filter(({ resources }) => !computeUsage(amountsOf(resources?.requests), amountsOf(resources?.limits)).has(name))
      .map((container) => container.name);
    return silent.length === 0 ? [] : [`${name} for: ${silent.sort().join(',')}`];
  });
  return missing.sort().join('; ');
}
