/**
 * Owns: which sets of operations travel together. Sets of one queue that come while a call is in flight go together in the next.
 * Invariants: one call in flight for each queue; a key appears once in a group, and sets that share a key keep their order.
 * A queue without work does not exist. Not here: what a call does.
 */
export interface GroupCommitOptions<Set, Outcome> {
  /** Applies a group. Answers an outcome for each, in order; or rejects, and then nothing was applied. */
  apply: (queue: string, group: Set[]) => Promise<Outcome[]>;
  keysOf: (set: Set) => readonly string[];
  bytesOf: (set: Set) => number;
}

export const groupSetsMax = 128;
export const groupBytesMax = 4 * 1024 * 1024;
/** Sets that may wait for one cluster; more are refused at once, since they would time out anyway. */
export const queueSetsMax = 20_000;

interface Waiting<Set, Outcome> {
  set: Set;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

export class GroupCommit<Set, Outcome> {
  readonly #queues = new Map<string, Waiting<Set, Outcome>[]>();
  readonly #options: GroupCommitOptions<Set, Outcome>;

  constructor(options: GroupCommitOptions<Set, Outcome>) {
    this.#options = options;
  }

  /** @throws QueueFullError when too many wait already; else what `apply` throws for this set alone. */
  async commit(queue: string, set: Set): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const waiting = this.#queues.get(queue);
    if (waiting !== undefined && waiting.length >= queueSetsMax)
      throw new QueueFullError(`more than ${queueSetsMax} writes wait for ${queue}`);
    if (waiting !== undefined) waiting.push({ set, resolve, reject });
    else {
      const fresh = [{ set, resolve, reject }];
      this.#queues.set(queue, fresh);
      // After this turn, so that sets which come together travel together from the first call on.
      queueMicrotask(() => void this.#drain(queue, fresh));
    }
    return promise;
  }

  async #drain(queue: string, waiting: Waiting<Set, Outcome>[]): Promise<void> {
    while (waiting.length > 0) await this.#send(queue, this.#takeGroup(waiting));
    this.#queues.delete(queue);
  }

  #takeGroup(waiting: Waiting<Set, Outcome>[]): Waiting<Set, Outcome>[] {
    const { keysOf, bytesOf } = this.#options;
    const taken = new globalThis.Set<string>();
    const group: Waiting<Set, Outcome>[] = [];
    const left: Waiting<Set, Outcome>[] = [];
    let bytes = 0;
    let next = 0;
    // Looking further than a few groups would cost more than a fuller group saves.
    for (; next < waiting.length && next < groupSetsMax * 4 && group.length < groupSetsMax; next += 1) {
      const entry = waiting[next] as Waiting<Set, Outcome>;
      const size = bytesOf(entry.set);
      if (group.length > 0 && bytes + size > groupBytesMax) break;
      const keys = keysOf(entry.set);
      const free = !keys.some((key) => taken.has(key));
      for (const key of keys) taken.add(key);
      if (free) {
        group.push(entry);
        bytes += size;
      } else left.push(entry);
    }
    waiting.splice(0, next, ...left);
    return group;
  }

  async #send(queue: string, group: Waiting<Set, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.#options.apply(
        queue,
        group.map(({ set }) => set),
      );
      for (const [index, { resolve }] of group.entries()) resolve(outcomes[index] as Outcome);
    } catch (error) {
      const [only] = group;
      if (group.length === 1) only?.reject(error);
      // One bad set must not fail its neighbours.
      else for (const entry of group) await this.#send(queue, [entry]);
    }
  }
}
