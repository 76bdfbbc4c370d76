import {
  badRequest,
  type Clock,
  forbidden,
  type KubeObject,
  matchesLabels,
  selectorOf,
  StatusError,
  withCondition,
} from '@kajitori/apimachinery';
import { type Pod, type PodDisruptionBudget, podDisruptionBudgets } from '@kajitori/kinds';
import { isBeyondBudgets, spendDisruption } from '@kajitori/policies';
import type { Operation } from '@kajitori/storage';
import type { Call } from '../call.ts';
import type { DeletionCompanion } from '../registry/delete.ts';
import { toItem, toStored } from '../registry/stored.ts';

const budgetResource = { group: podDisruptionBudgets.group, resource: podDisruptionBudgets.plural };

/** @throws StatusError BadRequest when the Eviction is about another pod than the URL. */
export function checkEviction({ name }: Call, eviction: KubeObject): void {
  if (eviction.metadata?.name !== undefined && eviction.metadata.name !== '' && eviction.metadata.name !== name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
}

/**
 * What an eviction is more than a deletion: the pod's disruption budget is asked, and what it spends is written in the same set as the
 * deletion, over the revision that was read. So no number of evictions at once takes more than the budget allows.
 */
export function budgetedDeletion(call: Call, clock: Clock): DeletionCompanion {
  return {
    async claim(object) {
      const pod = object as Pod;
      if (isBeyondBudgets(pod)) return [];
      const budgets = await budgetsOf(call, pod);
      const [budget] = budgets;
      if (budget === undefined) return [];
      if (budgets.length > 1) throw tooManyBudgets();
      return spend(budget, pod, clock.now());
    },

    mark(draft) {
      const pod = draft as Pod;
      const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
      pod.status = { ...pod.status, conditions: withCondition(pod.status?.conditions, condition, clock.now()) };
    },
  };
}

async function budgetsOf({ storage, namespace }: Call, { metadata }: Pod): Promise<PodDisruptionBudget[]> {
  const { objects } = await storage.list({ ...budgetResource, namespace });
  return objects
    .map((stored) => toItem(podDisruptionBudgets, stored).object as PodDisruptionBudget)
    .filter(({ spec }) => {
      const selector = selectorOf(spec.selector);
      return selector !== undefined && matchesLabels(selector, metadata.labels);
    });
}

function spend(budget: PodDisruptionBudget, pod: Pod, now: Date): Operation[] {
  const disruption = spendDisruption(budget, pod, now);
  switch (disruption.type) {
    case 'free':
      return [];
    case 'forbidden':
      throw forbidden({ group: 'policy', resource: 'poddisruptionbudget' }, budget.metadata.name ?? '', disruption.why);
    case 'later':
      throw violated(disruption.why, disruption.retryAfterSeconds);
    case 'spent': {
      const { resourceVersion, ...metadata } = budget.metadata;
      const object = toStored(podDisruptionBudgets, { ...budget, metadata, status: disruption.status });
      return [{ type: 'update', object, expectedRevision: Number(resourceVersion) }];
    }
  }
}

function violated(message: string, retryAfterSeconds: number): StatusError {
  return new StatusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    details: { causes: [{ reason: 'DisruptionBudget', message }], ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }) },
  });
}

function tooManyBudgets(): StatusError {
  return new StatusError(
    'InternalError',
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  );
}
