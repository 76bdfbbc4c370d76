/** Lists that are views of other lists: adding two copies nothing. */
import { ArrayList, ListValue, type Value } from './value.ts';

class ConcatenatedList extends ListValue {
  readonly size: number;
  readonly keying = undefined;
  private readonly left: ListValue;
  private readonly right: ListValue;

  constructor(left: ListValue, right: ListValue) {
    super();
    this.left = left;
    this.right = right;
    this.size = left.size + right.size;
  }

  at(index: number): Value {
    return index < this.left.size ? this.left.at(index) : this.right.at(index - this.left.size);
  }
}

/** The items of both. Lists of a schema's type `set` or `map` merge: an item of the right replaces its equal on the left. */
export function concatenate(left: ListValue, right: ListValue): ListValue {
  const { keying } = left;
  if (keying === undefined) {
    if (left.size === 0) return right;
    return right.size === 0 ? left : new ConcatenatedList(left, right);
  }
  const merged = new Map<string, Value>();
  for (const item of itemsOf(left)) merged.set(keying.keyOf(item), item);
  for (const item of itemsOf(right)) {
    const key = keying.keyOf(item);
    // Items of a set are equal when their keys are: the one that was there stays.
    if (keying.type === 'map' || !merged.has(key)) merged.set(key, item);
  }
  return new ArrayList([...merged.values()], keying);
}

export function* itemsOf(list: ListValue): Iterable<Value> {
  const { size } = list;
  for (let index = 0; index < size; index++) yield list.at(index);
}

export function toArray(list: ListValue): Value[] {
  return list instanceof ArrayList ? [...list.items] : [...itemsOf(list)];
}
