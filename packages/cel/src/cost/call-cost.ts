/**
 * What a call costs when it runs: a fixed number, or a function of its arguments. The numbers are those of cel-go and of
 * Kubernetes' libraries. A call is charged before it runs, so that nothing runs that cannot be paid for.
 */
import { codePointCount } from '../values/code-points.ts';
import { itemsOf } from '../values/lists.ts';
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
const overTargetTwice = ([target]: readonly Value[]): number => traversal(sizeOf(target), 2);
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
  ['equals', (args) => equality(args)],
  ['not_equals', overSmaller],
  ['list_slice', sliceCost],
  ['list_flatten', ([list]) => listBase + sizeOf(list)],
  ['list_flatten_int', ([list, depth]) => listBase + sizeOf(list) * Math.max(0, Number(depth))],
  ['lists_range', ([count]) => listBase + Math.max(0, Number(count))],
  ['list_reverse', ([list]) => listBase + sizeOf(list)],
  ['list_distinct', ([list]) => selfComparison(list)],
  ...['int', 'uint', 'double', 'bool', 'google.protobuf.Duration', 'google.protobuf.Timestamp', 'string', 'bytes'].flatMap(
    (type): [string, CallCost][] => [
      [`list_${type}_sort`, ([list]) => selfComparison(list)],
      [`list_${type}_sortByAssociatedKeys`, ([, keys]) => selfComparison(keys)],
    ],
  ),
  ['list_sets_contains_list', ([a, b]) => 1 + sizeOf(a) * sizeOf(b)],
  ['list_sets_intersects_list', ([a, b]) => 1 + sizeOf(a) * sizeOf(b)],
  ['list_sets_equivalent_list', ([a, b]) => 1 + sizeOf(a) * sizeOf(b) * 2],
  ['add_string', overBoth],
  ['add_bytes', overBoth],
  ['matches_string', matching],
  ['contains_string', ([text, part]) => traversal(sizeOf(text)) * traversal(sizeOf(part))],
]);

/** Reading through every string of a list, and each of its other values. */
function traverseAll(value: Value): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * perCharacter);
  if (value instanceof Uint8Array) return Math.floor(value.length * perCharacter);
  let cost = 0;
  if (value instanceof ListValue) {
    for (const item of itemsOf(value)) cost += traverseAll(item);
    return cost;
  }
  if (value instanceof MapValue) {
    for (const key of value.keys()) cost += traverseAll(key) + traverseAll(value.get(key) as Value);
    return cost;
  }
  return 1;
}

const listBase = 11;

/** Comparing every item with every other. */
function selfComparison(list: Value | undefined): number {
  const size = sizeOf(list);
  const first = list instanceof ListValue && list.size > 0 ? list.at(0) : undefined;
  const perPair = typeof first === 'string' || first instanceof Uint8Array ? 2 + perCharacter : 2;
  return listBase + Math.floor(size * size * perPair);
}

function sliceCost([, start, end]: readonly Value[]): number {
  return listBase + Math.max(0, Number(end) - Number(start));
}

function containsIp([cidr, ip]: readonly Value[]): number {
  return traversal(sizeOf(cidr), 2) + (typeof ip === 'string' ? traversal(sizeOf(ip)) : 0);
}

function containsCidr(args: readonly Value[]): number {
  return containsIp(args) + overTarget(args) + 1;
}

/** Selectors are parsed to requirements, each of which is kept in a list of a structure. */
function selectorCost([, selector]: readonly Value[]): number {
  const size = sizeOf(selector);
  return traversal(size) + 10 + Math.ceil(size * 0.5) * 50;
}

function joinCost([list, separator]: readonly Value[]): number {
  if (!(list instanceof ListValue)) return 1;
  let size = Math.max(0, list.size - 1) * (separator === undefined ? 0 : sizeOf(separator));
  for (const item of itemsOf(list)) size += sizeOf(item);
  return traversal(size, 2);
}

function each(names: string, cost: CallCost): [string, CallCost][] {
  return names.split(' ').map((name) => [name, cost]);
}

/** By function, whatever the overload: these come before the overload's own. */
const byFunction = new Map<string, CallCost>([
  ['check', 350_000],
  ...each('fieldSelector labelSelector', selectorCost),
  ...each('isSorted sum max min indexOf lastIndexOf', ([target]) => (target === undefined ? 0 : traverseAll(target))),
  ...each('url lowerAscii upperAscii substring trim jsonpatch.escapeKey cidr isIP isCIDR quantity isQuantity semver isSemver', overTarget),
  ...each('replace split ip.isCanonical', overTargetTwice),
  ['join', joinCost],
  ...each('find findAll', matching),
  ['containsIP', containsIp],
  ['containsCIDR', containsCidr],
  ['validate', ([format, text]) => patternCost(sizeOf(text), sizeOf(format))],
  ['ip', ([target]) => (typeof target === 'string' ? traversal(sizeOf(target)) : 1)],
]);

const equality = ([a, b]: readonly Value[]): number => (a instanceof OpaqueValue ? 1 : overSmaller([a ?? null, b ?? null]));

export function callCost(name: string, overloadId: string): CallCost {
  // The two run outside of overload resolution and cost by their operands whatever their types.
  const id = name === '_==_' ? 'equals' : name === '_!=_' ? 'not_equals' : overloadId;
  return byFunction.get(name) ?? byOverload.get(id) ?? 1;
}
