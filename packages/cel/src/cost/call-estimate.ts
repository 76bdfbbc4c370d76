/**
 * Bounds of what a call costs beyond its arguments, and of how large its result is, from bounds of the sizes that go in.
 * The rules are those of cel-go and of Kubernetes' libraries; `call-cost.ts` holds the same for calls that run.
 */
import type { Expr } from '../parse/ast.ts';
import type { Type } from '../types/type.ts';
import { add, fixed, multiply, type Range, scale, unknownSize } from './range.ts';

/** An argument as the rules see it. */
export interface Sized {
  readonly expr: Expr;
  readonly type: Type;
  readonly size: Range;
  /** The size of the items of a list, when it is one. */
  readonly itemSize?: Range;
}

export interface CallEstimate {
  readonly cost: Range;
  readonly result?: Range;
}

type Estimate = (target: Sized | undefined, args: readonly Sized[]) => CallEstimate | undefined;

const perCharacter = 0.1;
const perPatternCharacter = 0.25;
const one = fixed(1);
const listBase = fixed(11);

function traversed(size: Range, times = 1): Range {
  return scale(size, times * perCharacter);
}

const sizeAt = (args: readonly Sized[], index: number): Range => args[index]?.size ?? unknownSize;

/** Reading through the first argument; `result` is as large as what was read. */
function overFirst(times = 1, keepsSize = false): Estimate {
  return (_, args) => {
    const size = sizeAt(args, 0);
    return { cost: traversed(size, times), ...(keepsSize ? { result: size } : {}) };
  };
}

const overTarget: Estimate = (target) => (target === undefined ? undefined : { cost: traversed(target.size), result: target.size });

function overItems(target: Sized | undefined): CallEstimate | undefined {
  if (target === undefined) return undefined;
  const [items] = target.type.parameters;
  if (items === undefined) return { cost: traversed(target.size) };
  const text = items.kind === 'string' || items.kind === 'bytes';
  return { cost: multiply(target.size, text ? add(one, traversed(target.itemSize ?? unknownSize)) : one) };
}

const selector: Estimate = (_, args) => {
  if (args.length !== 1) return undefined;
  const size = sizeAt(args, 0);
  return { cost: add(add(traversed(size), fixed(10)), multiply(scale(size, 0.5), fixed(50))) };
};

function replaced(target: Sized | undefined, args: readonly Sized[]): CallEstimate | undefined {
  if (target === undefined || args.length < 2) return undefined;
  const { size } = target;
  const [old, by] = [sizeAt(args, 0), sizeAt(args, 1)];
  const most = old.min === 0 ? [size.max + 1, size.max] : by.max <= old.min ? [0, size.max] : [Math.ceil(size.max / old.min), 0];
  const fewest = old.max === 0 ? [size.min + 1, size.min] : old.max <= by.min ? [0, size.min] : [Math.ceil(size.min / old.max), 0];
  const count = { min: fewest[0] as number, max: most[0] as number };
  const kept = { min: fewest[1] as number, max: most[1] as number };
  return { cost: traversed(size, 2), result: add(multiply(count, by), kept) };
}

const split: Estimate = (target, args) => {
  if (target === undefined) return undefined;
  const limit = args[1]?.expr.kind === 'literal' && typeof args[1].expr.value === 'number' ? args[1].expr.value : undefined;
  return { cost: traversed(target.size, 2), result: { min: 0, max: limit === undefined || limit < 0 ? target.size.max : limit } };
};

const join: Estimate = (target, args) => {
  if (target === undefined) return undefined;
  let size = multiply(target.size, target.itemSize ?? unknownSize);
  if (args.length > 0) {
    const separators = { min: Math.max(0, target.size.min - 1), max: Math.max(0, target.size.max - 1) };
    size = add(size, multiply(sizeAt(args, 0), separators));
  }
  return { cost: traversed(size), result: size };
};

function patternCost(text: Range, pattern: Range): Range {
  return multiply(traversed(add(text, one)), scale(pattern, perPatternCharacter));
}

const find: Estimate = (target, args) =>
  target === undefined ? undefined : { cost: patternCost(target.size, sizeAt(args, 0)), result: { min: 0, max: target.size.max } };

const addressBytes: Range = { min: 4, max: 16 };

function contains(network: boolean): Estimate {
  return (_, args) => {
    let cost = traversed(add(addressBytes, addressBytes));
    if (network) cost = add(add(cost, traversed(addressBytes)), one);
    return { cost: args[0]?.type.kind === 'string' ? add(cost, traversed(args[0].size)) : cost };
  };
}

const namePatternCharacters = 128;

const validate: Estimate = (_, args) => ({ cost: scale(traversed(sizeAt(args, 0)), namePatternCharacters * perPatternCharacter) });

/** Equality of a library's values costs the same whatever they hold. */
const equality: Estimate = (_, [a, b]) => {
  if (a?.type.kind !== 'opaque' || a.type.name === 'optional_type' || a.type.name !== b?.type.name) return undefined;
  if (a.type.name === 'kubernetes.NamedFormat') return { cost: traversed({ min: 1, max: 64 }) };
  if (a.type.name === 'kubernetes.URL') return { cost: traversed({ min: 1, max: Math.max(1, b.size.max) }) };
  return { cost: one };
};

function each(names: string, estimate: Estimate): [string, Estimate][] {
  return names.split(' ').map((name) => [name, estimate]);
}

const byFunction = new Map<string, Estimate>([
  ['check', () => ({ cost: fixed(350_000) })],
  ...each('fieldSelector labelSelector', selector),
  ...each('isSorted sum max min indexOf lastIndexOf', overItems),
  ...each('url jsonpatch.escapeKey', overFirst(1, true)),
  ...each('lowerAscii upperAscii substring trim', overTarget),
  ['replace', replaced],
  ['split', split],
  ['join', join],
  ...each('find findAll', find),
  ...each('cidr isIP isCIDR quantity isQuantity semver isSemver', overFirst()),
  ['ip', (target, args) => (target === undefined ? { cost: traversed(sizeAt(args, 0)) } : { cost: one })],
  ['ip.isCanonical', overFirst(2)],
  ['containsIP', contains(false)],
  ['containsCIDR', contains(true)],
  ['validate', validate],
  ['_==_', equality],
]);

/** An int that is written out, or else another number. */
function writtenInt(arg: Sized | undefined, otherwise: number): number {
  if (arg?.expr.kind !== 'literal' || (typeof arg.expr.value !== 'number' && typeof arg.expr.value !== 'bigint')) return otherwise;
  return Math.max(0, Number(arg.expr.value));
}

function makesList(size: Range, factor = 1, result = size): CallEstimate {
  return { cost: add(scale(size, factor), listBase), result };
}

function sorted(size: Range, items: Type | undefined): CallEstimate {
  const pairs = multiply(size, size);
  return makesList(pairs, items?.kind === 'string' || items?.kind === 'bytes' ? 2 + perCharacter : 2);
}

const compared: Estimate = (_, args) => {
  const [a, b] = [sizeAt(args, 0), sizeAt(args, 1)];
  const max = Math.min(a.max, b.max);
  return { cost: traversed({ min: max > 0 ? 1 : 0, max }) };
};

const joined: Estimate = (_, args) => {
  const size = add(sizeAt(args, 0), sizeAt(args, 1));
  return { cost: traversed(size), result: size };
};

function ofTarget(estimate: (size: Range, target: Sized, args: readonly Sized[]) => CallEstimate): Estimate {
  return (target, args) => (target === undefined ? undefined : estimate(target.size, target, args));
}

function sets(factor: number): Estimate {
  return (_, args) => ({ cost: add(scale(multiply(sizeAt(args, 0), sizeAt(args, 1)), factor), one) });
}

const byOverload = new Map<string, Estimate>([
  ['list_slice', ofTarget((size, _, [start, end]) => makesList(fixed(Math.max(0, writtenInt(end, size.max) - writtenInt(start, 0)))))],
  ['list_flatten', ofTarget((size) => makesList(size))],
  ['list_flatten_int', ofTarget((size, _, [depth]) => makesList(size, writtenInt(depth, unknownSize.max)))],
  ['lists_range', (_, [count]) => makesList(fixed(writtenInt(count, unknownSize.max)))],
  ['list_reverse', ofTarget((size) => makesList(size))],
  ['list_distinct', ofTarget((size) => makesList(multiply(size, size), 2))],
  ['list_sets_contains_list', sets(1)],
  ['list_sets_intersects_list', sets(1)],
  ['list_sets_equivalent_list', sets(2)],
  ['string_format', ofTarget((size) => ({ cost: traversed(size) }))],
  [
    'string_to_bytes',
    (_, args) => ({ cost: traversed(sizeAt(args, 0)), result: { min: sizeAt(args, 0).min, max: sizeAt(args, 0).max * 4 } }),
  ],
  [
    'bytes_to_string',
    (_, args) => ({ cost: traversed(sizeAt(args, 0)), result: { min: Math.floor(sizeAt(args, 0).min / 4), max: sizeAt(args, 0).max } }),
  ],
  [
    'strings_quote',
    (_, args) => ({ cost: traversed(sizeAt(args, 0)), result: { min: sizeAt(args, 0).min + 2, max: sizeAt(args, 0).max * 2 + 2 } }),
  ],
  ...each('starts_with_string ends_with_string', overFirst()),
  ['in_list', (_, args) => ({ cost: sizeAt(args, 1) })],
  ['matches_string', ofTarget((size, _, args) => ({ cost: patternCost(size, sizeAt(args, 0)) }))],
  ['contains_string', ofTarget((size, _, args) => ({ cost: multiply(traversed(size), traversed(sizeAt(args, 0))) }))],
  ...each('add_string add_bytes', joined),
  ['add_list', (_, args) => ({ cost: one, result: add(sizeAt(args, 0), sizeAt(args, 1)) })],
  ...each('equals not_equals', compared),
  ...['less', 'less_equals', 'greater', 'greater_equals'].flatMap((name) => each(`${name}_string ${name}_bytes`, compared)),
]);

/** Without the costs of the arguments themselves. */
export function estimateCall(name: string, overloadId: string, target: Sized | undefined, args: readonly Sized[]): CallEstimate {
  if (overloadId.endsWith('_sort') && target !== undefined) return sorted(target.size, target.type.parameters[0]);
  if (overloadId.endsWith('_sortByAssociatedKeys')) return sorted(sizeAt(args, 0), args[0]?.type.parameters[0]);
  const ofOverload = byOverload.get(overloadId);
  return byFunction.get(name)?.(target, args) ?? ofOverload?.(target, args) ?? { cost: one };
}
