import { formatSelector, type LabelSelector, matchesLabels } from '@kajitori/apimachinery';
import { Column } from './column.ts';

interface Matched {
  namespace: string;
  selector: LabelSelector;
  counts: Column;
}

/** What a placed pod is counted by. */
export interface Countable {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  pod: { metadata: { deletionTimestamp?: string } };
}

/** Selectors whose counts are kept; the one asked for longest ago goes first. */
const selectorsMax = 64;

/**
 * How many pods of each node a selector matches, kept up to date for the selectors that were asked for lately: the replicas
 * of a workload all ask the same. Pods that are being deleted do not count.
 */
export class MatchCounts {
  readonly #matched = new Map<string, Matched>();

  /** The counts by node index; `placed` gives what is there, when they are not known yet. */
  of(namespace: string, selector: LabelSelector, placed: () => Iterable<{ index: number; pods: Iterable<Countable> }>): Column {
    const key = `${namespace}\n${formatSelector(selector)}`;
    const known = this.#matched.get(key) ?? this.#count({ namespace, selector, counts: new Column(0) }, placed());
    this.#matched.delete(key);
    this.#matched.set(key, known);
    const oldest = this.#matched.size > selectorsMax ? this.#matched.keys().next().value : undefined;
    if (oldest !== undefined) this.#matched.delete(oldest);
    return known.counts;
  }

  add(pod: Countable, index: number, sign: 1 | -1): void {
    for (const matched of this.#matched.values()) if (matches(matched, pod)) matched.counts.add(index, sign);
  }

  addNode(index: number): void {
    for (const { counts } of this.#matched.values()) counts.set(index, 0);
  }

  moveLastTo(index: number, last: number): void {
    for (const { counts } of this.#matched.values()) counts.moveLastTo(index, last);
  }

  #count(matched: Matched, placed: Iterable<{ index: number; pods: Iterable<Countable> }>): Matched {
    for (const { index, pods } of placed) for (const pod of pods) if (matches(matched, pod)) matched.counts.add(index, 1);
    return matched;
  }
}

function matches({ namespace, selector }: Matched, { namespace: own, labels, pod }: Countable): boolean {
  return own === namespace && pod.metadata.deletionTimestamp === undefined && matchesLabels(selector, labels);
}
