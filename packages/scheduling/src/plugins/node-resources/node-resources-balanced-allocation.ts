import { type Plugin, scoreMax } from '../../plugin.ts';
import { podRequests } from '../../requests.ts';

/** Prefers nodes whose cpu and memory would be used in like parts, so that neither is stranded. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  score({ pod }, snapshot) {
    const wanted = podRequests(pod);
    if ((wanted.get('cpu') ?? 0) === 0 && (wanted.get('memory') ?? 0) === 0) return undefined;
    const terms = ['cpu', 'memory'].map((resource) => ({
      amount: wanted.get(resource) ?? 0,
      allocatable: snapshot.allocatable(resource),
      requested: snapshot.requested(resource),
    }));
    return {
      score: ({ index }) => {
        const parts = terms
          .filter(({ allocatable }) => allocatable.at(index) > 0)
          .map(({ amount, allocatable, requested }) => Math.min(1, (requested.at(index) + amount) / allocatable.at(index)));
        const [first, second] = parts;
        const deviation = first === undefined || second === undefined ? 0 : Math.abs(first - second) / 2;
        return Math.trunc((1 - deviation) * scoreMax);
      },
    };
  },
  helpedBy: [],
};
