import { type Line, lineOf, type ObjectKey, type Operation } from './storage.ts';

/** A key as one text, for maps and sets. Kubernetes' names hold no slash. */
export function keyText({ group, resource, namespace, name }: ObjectKey): string {
  return `${group}/${resource}/${namespace}/${name}`;
}

export function keyOf(operation: Operation): ObjectKey {
  return operation.type === 'delete' ? operation.key : operation.object;
}

/**
 * The line that a set writes to.
 * @throws TypeError when the set is empty, touches both lines, or one object twice: mistakes of the caller that no retry mends.
 */
export function lineOfSet(set: readonly Operation[]): Line {
  const [first] = set;
  if (first === undefined) throw new TypeError('a set of operations must not be empty');
  const line = lineOf(keyOf(first));
  if (set.length === 1) return line;
  if (set.some((operation) => lineOf(keyOf(operation)) !== line)) throw new TypeError('the operations of a set must all touch one line');
  if (new Set(set.map((operation) => keyText(keyOf(operation)))).size < set.length)
    throw new TypeError('a set must not touch one object twice');
  return line;
}
