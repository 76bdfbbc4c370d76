import type { Column } from '../../column.ts';
import { type Plugin, type Rejection, scoreMax } from '../../plugin.ts';
import { comparedRequests, podRequests } from '../../requests.ts';

interface Need {
  resource: string;
  amount: number;
  allocatable: Column;
  requested: Column;
}

/** A pod goes only where what it requests is left; among those, the least allocated node scores highest. */
export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  filter({ pod }, snapshot) {
    const needs: Need[] = [...podRequests(pod)]
      .filter(([resource, amount]) => amount > 0 && resource !== 'pods')
      .map(([resource, amount]) => ({
        resource,
        amount,
        allocatable: snapshot.allocatable(resource),
        requested: snapshot.requested(resource),
      }));
    const podsMax = snapshot.allocatable('pods');
    return ({ index, pods }) => {
      let reasons: string[] | undefined;
      let resolvable = true;
      if (pods.size + 1 > podsMax.at(index)) reasons = ['Too many pods'];
      for (const { resource, amount, allocatable, requested } of needs) {
        const capacity = allocatable.at(index);
        if (amount <= capacity - requested.at(index)) continue;
        (reasons ??= []).push(`Insufficient ${resource}`);
        if (amount > capacity) resolvable = false;
      }
      return reasons === undefined ? undefined : ({ reasons, resolvable } satisfies Rejection);
    };
  },
  score({ pod }, snapshot) {
    const wanted = comparedRequests(pod);
    const terms = ['cpu', 'memory'].map((resource) => ({
      amount: wanted.get(resource) ?? 0,
      allocatable: snapshot.allocatable(resource),
      compared: snapshot.compared(resource),
    }));
    return {
      score: ({ index }) => {
        let [sum, weights] = [0, 0];
        for (const { amount, allocatable, compared } of terms) {
          const capacity = allocatable.at(index);
          if (capacity === 0) continue;
          const left = capacity - compared.at(index) - amount;
          sum += left < 0 ? 0 : Math.trunc((left * scoreMax) / capacity);
          weights += 1;
        }
        return weights === 0 ? 0 : Math.trunc(sum / weights);
      },
    };
  },
  helpedBy: ['NodeAdded', 'NodeAllocatableChanged', 'AssignedPodRemoved'],
};
