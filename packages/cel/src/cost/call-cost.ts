/**
 * What a call costs when it runs: a fixed number, or a function of its arguments. The numbers are those of cel-go and of
 * Kubernetes' libraries. A call is charged before it runs, so that nothing runs that cannot be paid for.
 */
import { codePointCount } from '../values/code-points.ts';
import { ListValue, MapValue, OpaqueValue, OptionalValue, type Value } from '../values/value.ts';

export type CallCost = number | ((args: readonly Value[]) => number);

const perCharacter = 0.1;
const perPatternCharacter = 0.25;

export function sizeOf(value: Value | undefined): number {
  if (typeof value === 'string') return codePointCount(value);
  if (value instanceof ListValue || value instanceof MapValue || value instanceof OpaqueValue) return value.size;
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof OptionalValue && value.value !== undefined) return sizeOf(value.value);
  return 1;
}

/** Reading through a value of this many characters or items once. */
function traversal(characters: number, times = 1): number {
  return Math.ceil(characters * times * perCharacter);
}

const overTarget = ([target]: readonly Value[]): number => traversal(sizeOf(target));
const overSmaller = ([a, b]: readonly Value[]): number => traversal(Math.min(sizeOf(a), sizeOf(b)));
const overBoth = ([a, b]: readonly Value[]): number => traversal(sizeOf(a) + sizeOf(b));

export function patternCost(text: number, pattern: number): number {
  return traversal(1 + text) * Math.ceil(pattern * perPatternCharacter);
}

const matching = ([text, pattern]: readonly Value[]): number => patternCost(sizeOf(text), sizeOf(pattern));

const byOverload = new Map<string, CallCost>([
  ...['starts_with_string', 'ends_with_string', 'string_to_bytes', 'bytes_to_string', 'strings_quote', 'string_format'].map(
    (id) => [id, overTarget] as const,
  ),
  ['in_list', ([, list]) => sizeOf(list)],
  ...['less', 'less_equals', 'greater', 'greater_equals'].flatMap((operator) =>
    ['string', 'bytes'].map((type) => [`${operator}_${type}`, overSmaller] as const),
  ),
  ['equals', overSmaller],
  ['not_equals', overSmaller],
  ['add_string', overBoth],
  ['add_bytes', overBoth],
  ['matches_string', matching],
  ['contains_string', ([text, part]) => traversal(sizeOf(text)) * traversal(sizeOf(part))],
]);

/** By function, whatever the overload: these come before the overload's own. */
const byFunction = new Map<string, CallCost>();

export function callCost(name: string, overloadId: string): CallCost {
  // The two run outside of overload resolution and cost by their operands whatever their types.
  const id = name === '_==_' ? 'equals' : name === '_!=_' ? 'not_equals' : overloadId;
  return byFunction.get(name) ?? byOverload.get(id) ?? 1;
}
