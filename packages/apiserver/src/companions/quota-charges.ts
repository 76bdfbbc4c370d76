import { type Clock, forbidden, type KubeObject } from '@kajitori/apimachinery';
import { type Kind, persistentVolumeClaims, pods, type ResourceQuota, resourceQuotas, services } from '@kajitori/kinds';
import { chargeQuota } from '@kajitori/policies';
import { lineOf, type Operation } from '@kajitori/storage';
import type { PolicySource } from '../admission/policy-source.ts';
import { type Call, groupResourceOf } from '../call.ts';
import { keyOf, toStored } from '../registry/stored.ts';
import type { Companions } from './companions.ts';

/** Kinds of which an update may use more than before; of a pod only a resize does. */
const growing: ReadonlySet<unknown> = new Set([services, persistentVolumeClaims]);

/**
 * The admission plug-in ResourceQuota: what an object takes of its namespace's quotas is written with the object, in one set that
 * the quotas' revisions guard, so that no number of writers passes a limit. What a deletion gives back, the controller counts.
 * Events and heartbeats of nodes are not charged: they are kept apart from everything durable.
 */
export function quotaCharges(policies: PolicySource, clock: Clock): Companions {
  const isLimited = async (call: Call): Promise<boolean> => (await policies.all(call, resourceQuotas)).length > 0;
  return {
    fills: false,
    handles: mayCharge,

    async claim(call, draft, old) {
      if (!mayUseMore(call, old) || !(await isLimited(call))) return [];
      const operations: Operation[] = [];
      const now = clock.now();
      for (const quota of await policies.read(call, resourceQuotas)) {
        const charge = chargeQuota(quota, { ...groupResourceOf(call.kind), object: draft, ...(old === undefined ? {} : { old }) }, now);
        if (charge === undefined) continue;
        if ('refused' in charge) throw forbidden(groupResourceOf(call.kind), draft.metadata.name ?? '', charge.refused);
        operations.push(usedUp(quota, charge.used));
      }
      return operations;
    },

    turn: async (call, old) => (mayUseMore(call, old) && (await isLimited(call)) ? `quotas of ${call.namespace}` : undefined),
  };
}

function mayCharge({ kind, verb, namespace, subresource, name }: Call): boolean {
  if (!kind.namespaced || !kind.stored || namespace === '') return false;
  if (verb === 'delete' || verb === 'deletecollection') return false;
  if (lineOf(keyOf(kind, namespace, name)) !== 'durable') return false;
  return subresource === '' || isResize(kind, subresource);
}

function mayUseMore({ kind, subresource }: Call, old: KubeObject | undefined): boolean {
  return old === undefined || growing.has(kind) || isResize(kind, subresource);
}

function isResize(kind: Kind, subresource: string): boolean {
  return subresource === 'resize' && kind === (pods as unknown);
}

function usedUp(quota: ResourceQuota, used: Record<string, string>): Operation {
  const { resourceVersion, ...metadata } = quota.metadata;
  const object = toStored(resourceQuotas, { ...quota, metadata, status: { ...quota.status, used } });
  return { type: 'update', object, expectedRevision: Number(resourceVersion) };
}
