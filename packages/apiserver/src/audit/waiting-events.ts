import type { ClusterId } from '@kajitori/apimachinery';
import type { AuditRow } from './audit-store.ts';

/** An event that is not made yet, and what it holds on to until then. */
export interface WaitingEvent {
  cluster: ClusterId;
  bytes: number;
  row(): AuditRow;
}

export interface WaitingLimits {
  events: number;
  bytes: number;
}

interface Line {
  events: WaitingEvent[];
  bytes: number;
}

/**
 * Events that wait, in a line for each cluster. Invariants: all of them together keep to the limits, and one cluster's to half of them; when
 * there is no room, the cluster that holds the most gives way, so that one that is flooded loses its own events and not those of others.
 * Clusters take turns in what is taken out.
 */
export class WaitingEvents {
  readonly #max: WaitingLimits;
  readonly #lines = new Map<ClusterId, Line>();
  #count = 0;
  #bytes = 0;

  constructor(max: WaitingLimits) {
    this.#max = max;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Of which clusters events had to go for it: one name for each event, its own among them. */
  add(event: WaitingEvent): ClusterId[] {
    const dropped: ClusterId[] = [];
    const own = this.#lines.get(event.cluster) ?? { events: [], bytes: 0 };
    const after = weight({ events: own.events.length + 1, bytes: own.bytes + event.bytes }, this.#max);
    if (after > 0.5) return [event.cluster];
    while (this.#count + 1 > this.#max.events || this.#bytes + event.bytes > this.#max.bytes) {
      const largest = this.#largest();
      if (largest === undefined || weightOf(largest.line, this.#max) <= after) return [...dropped, event.cluster];
      const gone = largest.line.events.pop();
      if (gone === undefined) return [...dropped, event.cluster];
      this.#took(largest.cluster, largest.line, gone.bytes);
      dropped.push(largest.cluster);
    }
    own.events.push(event);
    own.bytes += event.bytes;
    this.#lines.set(event.cluster, own);
    this.#count += 1;
    this.#bytes += event.bytes;
    return dropped;
  }

  /** The oldest of each cluster, as many as are wanted; at least one where any waits. */
  take({ events: eventsMax, bytes: bytesMax }: WaitingLimits): WaitingEvent[] {
    const taken: WaitingEvent[] = [];
    let bytes = 0;
    for (;;) {
      const [next] = this.#lines;
      if (next === undefined || taken.length >= eventsMax) return taken;
      const [cluster, line] = next;
      const [first] = line.events;
      if (first === undefined || (taken.length > 0 && bytes + first.bytes > bytesMax)) return taken;
      line.events.shift();
      taken.push(first);
      bytes += first.bytes;
      // Behind the others, until its next turn.
      this.#lines.delete(cluster);
      this.#lines.set(cluster, line);
      this.#took(cluster, line, first.bytes);
    }
  }

  #took(cluster: ClusterId, line: Line, bytes: number): void {
    line.bytes -= bytes;
    this.#count -= 1;
    this.#bytes -= bytes;
    if (line.events.length === 0) this.#lines.delete(cluster);
  }

  #largest(): { cluster: ClusterId; line: Line } | undefined {
    let found: { cluster: ClusterId; line: Line } | undefined;
    for (const [cluster, line] of this.#lines) {
      if (found === undefined || weightOf(line, this.#max) > weightOf(found.line, this.#max)) found = { cluster, line };
    }
    return found;
  }
}

function weightOf({ events, bytes }: Line, max: WaitingLimits): number {
  return weight({ events: events.length, bytes }, max);
}

/** How much of all room that is, by whichever is scarcer. */
function weight({ events, bytes }: WaitingLimits, max: WaitingLimits): number {
  return Math.max(events / max.events, bytes / max.bytes);
}
