import type { Clock, KubeObject } from '@kajitori/apimachinery';
import { type CustomResourceDefinition, customResourceDefinitions, definitionStatus } from '@kajitori/kinds';
import type { Call } from '../call.ts';
import type { Companions } from '../companions/companions.ts';
import type { Definitions } from './definitions.ts';

/**
 * Judges a definition's names when it is written, so that it is established, and served by this process, as soon as its author has the
 * answer. The controller of definitions asks for another judgement, by a write that changes nothing, when another definition gave up names.
 */
export function definitionStatuses(definitions: Definitions, clock: Clock): Companions {
  return {
    fills: true,
    handles: ({ kind, subresource }) => isDefinition(kind) && subresource === '',
    async claim(call, draft) {
      if (draft.metadata.deletionTimestamp !== undefined) return [];
      const { byName } = await definitions.fresh(call.cluster);
      const others = [...byName.values()].map(({ resource }) => resource);
      draft['status'] = definitionStatus(draft as KubeObject & CustomResourceDefinition, others, clock.now());
      return [];
    },
    // Two that want one name are judged one after the other.
    turn: () => Promise.resolve('customresourcedefinitions'),
  };
}

export function isDefinition({ group, plural }: Call['kind']): boolean {
  return group === customResourceDefinitions.group && plural === customResourceDefinitions.plural;
}
