import type { ClusterEvent } from './cluster-event.ts';
import { plugins as defaultPlugins } from './plugins/index.ts';
import type { Plugin } from './plugin.ts';

/**
 * Pods that no node would take. A rejected pod waits for an event that could help it, not for a timer; a pod that was
 * rejected for want of nodes waits for a node.
 */
export class RejectedPods {
  readonly #helpedBy: ReadonlyMap<string, readonly ClusterEvent[]>;
  readonly #waiting = new Map<string, ReadonlySet<ClusterEvent>>();

  constructor(plugins: readonly Plugin[] = defaultPlugins) {
    this.#helpedBy = new Map(plugins.map(({ name, helpedBy }) => [name, helpedBy]));
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(uid: string): boolean {
    return this.#waiting.has(uid);
  }

  set(uid: string, plugins: readonly string[]): void {
    const events = plugins.flatMap((name) => this.#helpedBy.get(name) ?? []);
    this.#waiting.set(uid, new Set<ClusterEvent>(['NodeAdded', ...events]));
  }

  delete(uid: string): void {
    this.#waiting.delete(uid);
  }

  /** Takes out and gives the pods that one of these events could help. */
  helpedBy(events: readonly ClusterEvent[]): string[] {
    if (events.length === 0) return [];
    const helped = [...this.#waiting].filter(([, wanted]) => events.some((event) => wanted.has(event))).map(([uid]) => uid);
    for (const uid of helped) this.#waiting.delete(uid);
    return helped;
  }
}
