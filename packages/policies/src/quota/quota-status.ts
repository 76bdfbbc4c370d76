import type { KubeObject, Quantity } from '@kajitori/apimachinery';
import type { ResourceQuota } from '@kajitori/kinds';
import { addTo, amountsOf, nothing, only, quantityTexts } from './amounts.ts';
import { inScopes } from './scopes.ts';
import { type CountedResource, countedBy, countName, usageOf } from './usage.ts';

/** The resources whose objects must be looked at to know what of a quota is used. */
export function resourcesOfQuota({ spec }: ResourceQuota): CountedResource[] {
  const found = Object.keys(spec.hard ?? {}).flatMap((name) => countedBy(name) ?? []);
  return [...new Map(found.map((one) => [countName(one), one])).values()];
}

/** The status of a quota, from all objects of its namespace that it counts. What cannot be looked at (undefined) keeps its count. */
export function quotaStatus(
  quota: ResourceQuota,
  objectsOf: (resource: CountedResource) => readonly KubeObject[] | undefined,
  now: Date,
): NonNullable<ResourceQuota['status']> {
  const hard = amountsOf(quota.spec.hard);
  const before = amountsOf(quota.status?.used);
  const isKnown = (name: string): boolean => {
    const counted = countedBy(name);
    return counted === undefined || objectsOf(counted) !== undefined;
  };
  const used = new Map<string, Quantity>([...hard.keys()].map((name) => [name, isKnown(name) ? nothing : (before.get(name) ?? nothing)]));
  const names = new Set(hard.keys());
  for (const resource of resourcesOfQuota(quota)) {
    for (const object of objectsOf(resource) ?? []) {
      if (inScopes(quota, resource, object)) addTo(used, only(usageOf(resource, object, now), names));
    }
  }
  return { hard: quantityTexts(hard), used: quantityTexts(used) };
}
