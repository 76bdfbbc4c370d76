import { type Plugin, scoreMax } from '../../plugin.ts';
import { podRequests } from '../../requests.ts';
import type { Snapshot } from '../../snapshot.ts';

/** Prefers nodes whose cpu and memory would be used in like parts, so that neither is stranded. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  score({ pod }, snapshot) {
    const wanted = podRequests(pod);
    if ((wanted.get('cpu') ?? 0) === 0 && (wanted.get('memory') ?? 0) === 0) return undefined;
    const cpu = fraction(snapshot, 'cpu', wanted.get('cpu') ?? 0);
    const memory = fraction(snapshot, 'memory', wanted.get('memory') ?? 0);
    return {
      score: ({ index }) => {
        const [first, second] = [cpu(index), memory(index)];
        // A node that lacks one of them has nothing to balance.
        const deviation = first < 0 || second < 0 ? 0 : Math.abs(first - second) / 2;
        return Math.trunc((1 - deviation) * scoreMax);
      },
    };
  },
  helpedBy: [],
};

/** The part of a node's resource that would be requested; negative where the node has none of it. */
function fraction(snapshot: Snapshot, resource: string, amount: number): (index: number) => number {
  const allocatable = snapshot.allocatable(resource);
  const requested = snapshot.requested(resource);
  return (index) => {
    const capacity = allocatable.at(index);
    return capacity === 0 ? -1 : Math.min(1, (requested.at(index) + amount) / capacity);
  };
}
