import { controllerOf, type LabelSelector, matchesLabels, selectorOf } from '@kajitori/apimachinery';
import { type Pod, replicaSets, services } from '@kajitori/kinds';
import type { Caches } from '../runtime/caches.ts';

/** What selects a pod and its like: the selectors of its Services and of its ReplicaSet, in one. Undefined when there are none. */
export function spreadSelectorOf({ metadata }: Pod, caches: Caches): LabelSelector | undefined {
  const { namespace = '', labels } = metadata;
  const terms: LabelSelector[] = [];
  for (const { spec } of caches.of(services).list(namespace)) {
    const selector = selectorOf(spec?.selector === undefined ? undefined : { matchLabels: spec.selector });
    if (selector !== undefined && selector.length > 0 && matchesLabels(selector, labels)) terms.push(selector);
  }
  const owner = controllerOf({ metadata });
  const replicaSet = owner?.kind === 'ReplicaSet' ? caches.of(replicaSets).get(namespace, owner.name) : undefined;
  const own = replicaSet?.metadata.uid === owner?.uid ? selectorOf(replicaSet?.spec.selector) : undefined;
  if (own !== undefined) terms.push(own);
  return terms.length === 0 ? undefined : terms.flat();
}
