import type { ClusterId } from '@kajitori/apimachinery';
import type { ApiGroup } from '../discovery/discovery.ts';

/**
 * Groups that one cluster serves beside the catalogue: those of its CustomResourceDefinitions, those of its aggregated servers. A source
 * answers from what it holds, at most about a second old, and gives the same array as long as nothing changed: what is made from it is
 * kept by its identity.
 */
export interface GroupSource {
  groups(cluster: ClusterId): Promise<readonly ApiGroup[]>;
}
