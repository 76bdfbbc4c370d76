import type { KubeObject } from '@kajitori/apimachinery';
import type { Call } from '../call.ts';
import type { ListParameters } from '../registry/list-query.ts';

/** Reads of a kind whose objects are made when they are asked for, and never stored. Authorization has passed. */
export interface ComputedKind {
  /** @throws StatusError NotFound. */
  get(call: Call): Promise<KubeObject>;
  list(call: Call, query: ListParameters): Promise<KubeObject[]>;
}
