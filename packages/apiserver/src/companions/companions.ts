import type { KubeObject } from '@kajitori/apimachinery';
import type { Operation } from '@kajitori/storage';
import type { Call } from '../call.ts';

/**
 * Rows that live and die with an object, written in the same atomic set: a Service's address and node ports. What is
 * unique is a key, so that two writers cannot take one thing, wherever they run.
 */
export interface Companions {
  handles(call: Call): boolean;
  /**
   * Fills in what is to be allocated and says what to write beside the object; `old` is absent on a creation. Called
   * again, on a fresh draft, when one of the keys turned out to be taken; `attempt` counts from 1.
   */
  claim(call: Call, draft: KubeObject, old: KubeObject | undefined, attempt: number): Promise<Operation[]>;
  /** What goes away with the object. */
  release(call: Call, object: KubeObject): Promise<Operation[]>;
  /** The error for a key that is taken and was asked for by name; undefined when another attempt may find a free one. */
  taken(call: Call, draft: KubeObject, operations: readonly Operation[]): Promise<Error | undefined>;
}
