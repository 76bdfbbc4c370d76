import type { KubeObject } from '@kajitori/apimachinery';
import type { Operation } from '@kajitori/storage';
import type { Call } from '../call.ts';
import { Turns } from '../registry/turns.ts';

/**
 * Rows that are written with an object, in the same atomic set: a Service's address and node ports, what a quota has used. What is
 * unique is a key, and what is counted a revision, so that two writers cannot take one thing, wherever they run.
 */
export interface Companions {
  handles(call: Call): boolean;
  /** Whether `claim` fills in the draft. */
  readonly fills: boolean;
  /**
   * Fills in what is to be allocated and says what to write beside the object; `old` is absent on a creation. Called
   * again, on a fresh draft, when one of the keys turned out to be taken or changed; `attempt` counts from 1.
   */
  claim(call: Call, draft: KubeObject, old: KubeObject | undefined, attempt: number): Promise<Operation[]>;
  /** What goes away with the object. */
  release?(call: Call, object: KubeObject): Promise<Operation[]>;
  /** The error for a key that is taken and was asked for by name; undefined when another attempt may find a free one. */
  taken?(call: Call, draft: KubeObject, operations: readonly Operation[]): Promise<Error | undefined>;
  /** Names the rows that writers of this process would only fight over: they take turns. Undefined where there are none. */
  turn?(call: Call, old: KubeObject | undefined): Promise<string | undefined>;
}

/** Everything that is written beside objects, as one. */
export class CompanionSet {
  readonly #parts: readonly Companions[];
  readonly #turns = new Turns();

  constructor(parts: readonly Companions[]) {
    this.#parts = parts;
  }

  /** Whether a claim may change the draft of this call. */
  fills(call: Call): boolean {
    return this.#parts.some((part) => part.fills && part.handles(call));
  }

  async claim(call: Call, draft: KubeObject, old: KubeObject | undefined, attempt: number): Promise<Operation[]> {
    const operations: Operation[] = [];
    for (const part of this.#parts) if (part.handles(call)) operations.push(...(await part.claim(call, draft, old, attempt)));
    return operations;
  }

  async release(call: Call, object: KubeObject): Promise<Operation[]> {
    const operations: Operation[] = [];
    for (const part of this.#parts) if (part.handles(call)) operations.push(...((await part.release?.(call, object)) ?? []));
    return operations;
  }

  async taken(call: Call, draft: KubeObject, operations: readonly Operation[]): Promise<Error | undefined> {
    for (const part of this.#parts) {
      const error = part.handles(call) ? await part.taken?.(call, draft, operations) : undefined;
      if (error !== undefined) return error;
    }
    return undefined;
  }

  /** Runs a claim and its write, one after another with all others in this process that want the same rows. */
  async inTurn<T>(call: Call, old: KubeObject | undefined, write: () => Promise<T>): Promise<T> {
    for (const part of this.#parts) {
      const key = part.handles(call) ? await part.turn?.(call, old) : undefined;
      if (key !== undefined) return this.#turns.take(`${call.cluster} ${key}`, write);
    }
    return write();
  }
}
