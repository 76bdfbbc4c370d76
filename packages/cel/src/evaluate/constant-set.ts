/** `x in [constants]`: found by a set instead of by looking through the list, and like in cel-go at no cost. */
import { ListValue, type Value } from '../values/value.ts';
import { itemsOf } from '../values/lists.ts';
import { EntryMap } from '../values/entry-map.ts';
import { constantOf } from './constant.ts';
import type { Evaluate } from './frame.ts';

/** Undefined when the list is no constant of plain values. */
export function constantSet(item: Evaluate, list: Evaluate): Evaluate | undefined {
  const known = constantOf(list)?.value;
  if (!(known instanceof ListValue)) return undefined;
  if (known.size === 0) return () => false;
  const set = new EntryMap();
  for (const each of itemsOf(known)) {
    if (!isPlain(each)) return undefined;
    if (set.get(each) === undefined) set.insert(each, true);
  }
  return (frame) => set.get(item(frame)) !== undefined;
}

function isPlain(value: Value): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}
