/**
 * Macros: calls that the parser replaces by what they stand for. Every comprehension ends because it runs over a finite
 * range; the language has no other loop.
 */
import { accumulator, call, type Comprehension, copyExpr, type Expr, ident, list, literal, memberCall, type Select } from './ast.ts';

/** A macro was called with arguments that it cannot take. */
export class MacroError extends Error {
  readonly offset: number | undefined;
  constructor(message: string, offset?: number) {
    super(message);
    this.offset = offset;
  }
}

/** Undefined when the call is no use of the macro after all and stays a call. */
type Expand = (offset: number, target: Expr, args: readonly Expr[]) => Expr | undefined;

interface Macro {
  readonly name: string;
  readonly member: boolean;
  /** Number of arguments; undefined for any. */
  readonly arity: number | undefined;
  readonly expand: Expand;
}

function macro(name: string, arity: number | undefined, expand: Expand, member = true): Macro {
  return { name, arity, expand, member };
}

/** Stands for the target of a macro that is no member. */
export const noTarget: Expr = literal(0, null);

const simpleName = 'argument must be a simple name';
const identifier = 'argument is not an identifier';

function variableName(expr: Expr, message: string): string {
  if (expr.kind !== 'ident' || expr.name.startsWith('.')) throw new MacroError(message, expr.offset);
  if (expr.name === accumulator) throw new MacroError('iteration variable overwrites accumulator variable', expr.offset);
  return expr.name;
}

interface Fold {
  iterVar: string;
  iterVar2?: string;
  accuInit: Expr;
  condition: Expr;
  step: Expr;
  result?: Expr;
}

function fold(offset: number, range: Expr, parts: Fold): Comprehension {
  return { kind: 'comprehension', offset, range, accuVar: accumulator, result: ident(offset, accumulator), ...parts };
}

/** Builders of the nodes that the macros share, all at the place of the call. */
function nodes(offset: number) {
  const accu = (): Expr => ident(offset, accumulator);
  return {
    accu,
    yes: (): Expr => literal(offset, true),
    no: (): Expr => literal(offset, false),
    notStrictlyFalse: (value: Expr): Expr => call(offset, '@not_strictly_false', value),
    and: (a: Expr, b: Expr): Expr => call(offset, '_&&_', a, b),
    or: (a: Expr, b: Expr): Expr => call(offset, '_||_', a, b),
    not: (value: Expr): Expr => call(offset, '!_', value),
    when: (condition: Expr, then: Expr): Expr => call(offset, '_?_:_', condition, then, accu()),
    append: (item: Expr): Expr => call(offset, '_+_', accu(), list(offset, [item])),
    int: (value: number): Expr => literal(offset, value),
  };
}

interface Variables {
  iterVar: string;
  iterVar2?: string;
}

function quantifier(offset: number, range: Expr, variables: Variables, predicate: Expr, kind: 'all' | 'exists' | 'one'): Comprehension {
  const n = nodes(offset);
  if (kind === 'all') {
    const condition = n.notStrictlyFalse(n.accu());
    return fold(offset, range, { ...variables, accuInit: n.yes(), condition, step: n.and(n.accu(), predicate) });
  }
  if (kind === 'exists') {
    const condition = n.notStrictlyFalse(n.not(n.accu()));
    return fold(offset, range, { ...variables, accuInit: n.no(), condition, step: n.or(n.accu(), predicate) });
  }
  return fold(offset, range, {
    ...variables,
    accuInit: n.int(0),
    condition: n.yes(),
    step: n.when(predicate, call(offset, '_+_', n.accu(), n.int(1))),
    result: call(offset, '_==_', n.accu(), n.int(1)),
  });
}

function collect(offset: number, range: Expr, variables: Variables, filter: Expr | undefined, item: Expr): Comprehension {
  const n = nodes(offset);
  const step = filter === undefined ? n.append(item) : n.when(filter, n.append(item));
  return fold(offset, range, { ...variables, accuInit: list(offset, []), condition: n.yes(), step });
}

function collectMap(offset: number, range: Expr, variables: Variables, filter: Expr | undefined, insert: readonly Expr[]): Comprehension {
  const n = nodes(offset);
  const inserted = call(offset, 'cel.@mapInsert', n.accu(), ...insert);
  const step = filter === undefined ? inserted : n.when(filter, inserted);
  return fold(offset, range, { ...variables, accuInit: { kind: 'map', offset, entries: [] }, condition: n.yes(), step });
}

function two(args: readonly Expr[]): { iterVar: string; iterVar2: string } {
  const [first, second] = args as [Expr, Expr];
  const iterVar = variableName(first, simpleName);
  const iterVar2 = variableName(second, simpleName);
  if (iterVar === iterVar2) throw new MacroError(`duplicate variable name: ${iterVar2}`, second.offset);
  return { iterVar, iterVar2 };
}

const one = (args: readonly Expr[], message: string): Variables => ({ iterVar: variableName(args[0] as Expr, message) });
const last = (args: readonly Expr[]): Expr => args.at(-1) as Expr;

function quantifiers(kind: 'all' | 'exists' | 'one', ...names: string[]): Macro[] {
  return names.flatMap((name) => [
    macro(name, 2, (offset, target, args) => quantifier(offset, target, one(args, simpleName), last(args), kind)),
    macro(name, 3, (offset, target, args) => quantifier(offset, target, two(args), last(args), kind)),
  ]);
}

function has(offset: number, _target: Expr, [arg]: readonly Expr[]): Expr {
  if (arg?.kind !== 'select' || arg.testOnly) throw new MacroError('invalid argument to has() macro', arg?.offset);
  const select: Select = { kind: 'select', offset, operand: arg.operand, field: arg.field, testOnly: true };
  return select;
}

/** A variable for an expression's value, evaluated at most once: a fold over nothing. */
function bind(offset: number, name: string, value: Expr, result: Expr): Comprehension {
  return {
    kind: 'comprehension',
    offset,
    range: list(offset, []),
    iterVar: '#unused',
    accuVar: name,
    accuInit: value,
    condition: literal(offset, false),
    step: ident(offset, name),
    result,
  };
}

function optionalMap(offset: number, target: Expr, args: readonly Expr[], flat: boolean): Expr {
  const name = variableName(args[0] as Expr, `optMap() variable name must be a simple identifier`);
  const mapped = bind(offset, name, memberCall(offset, copyExpr(target), 'value'), last(args));
  const some = flat ? mapped : memberCall(offset, ident(offset, 'optional'), 'of', mapped);
  const none = memberCall(offset, ident(offset, 'optional'), 'none');
  return call(offset, '_?_:_', memberCall(offset, target, 'hasValue'), some, none);
}

function celBind(offset: number, target: Expr, args: readonly Expr[]): Expr | undefined {
  if (target.kind !== 'ident' || target.name !== 'cel') return undefined;
  const [name, value, result] = args as [Expr, Expr, Expr];
  if (name.kind !== 'ident') throw new MacroError('cel.bind() variable names must be simple identifiers', name.offset);
  return bind(offset, name.name, value, result);
}

/** The items are bound because they are read twice: for themselves and for their keys. */
function sortBy(offset: number, target: Expr, args: readonly Expr[]): Expr | undefined {
  const name = '@__sortBy_input__';
  const keys = collect(offset, ident(offset, name), one(args, identifier), undefined, last(args));
  return bind(offset, name, target, memberCall(offset, ident(offset, name), '@sortByAssociatedKeys', keys));
}

/** `math.greatest(a, b, …)` takes any number of arguments, and its function one or two. */
function extreme(name: string): Expand {
  return (offset, target, args) => {
    if (target.kind !== 'ident' || target.name !== 'math') return undefined;
    if (args.length === 0) throw new MacroError(`math.${name}() requires at least one argument`, target.offset);
    const wrong = args.find((arg) => !mayBeNumber(arg));
    if (wrong !== undefined)
      throw new MacroError(
        `math.${name}() ${args.length === 1 ? 'invalid single argument value' : 'simple literal arguments must be numeric'}`,
        wrong.offset,
      );
    return memberCall(offset, target, name === 'greatest' ? '@max' : '@min', ...(args.length > 2 ? [list(offset, args)] : args));
  };
}

function mayBeNumber(expr: Expr): boolean {
  if (expr.kind === 'literal') return expr.value !== null && !['string', 'boolean'].includes(typeof expr.value);
  return expr.kind !== 'map' && expr.kind !== 'struct';
}

const macros: readonly Macro[] = [
  macro('greatest', undefined, extreme('greatest')),
  macro('least', undefined, extreme('least')),
  macro('has', 1, has, false),
  ...quantifiers('all', 'all'),
  ...quantifiers('exists', 'exists'),
  ...quantifiers('one', 'exists_one', 'existsOne'),
  macro('map', 2, (offset, target, args) => collect(offset, target, one(args, identifier), undefined, last(args))),
  macro('map', 3, (offset, target, args) => collect(offset, target, one(args, identifier), args[1], last(args))),
  macro('filter', 2, (offset, target, args) => {
    const variable = one(args, identifier);
    return collect(offset, target, variable, last(args), ident(offset, variable.iterVar));
  }),
  macro('transformList', 3, (offset, target, args) => collect(offset, target, two(args), undefined, last(args))),
  macro('transformList', 4, (offset, target, args) => collect(offset, target, two(args), args[2], last(args))),
  ...([3, 4] as const).flatMap((arity) => [
    macro('transformMap', arity, (offset, target, args) => {
      const variables = two(args);
      return collectMap(offset, target, variables, arity === 4 ? args[2] : undefined, [ident(offset, variables.iterVar), last(args)]);
    }),
    macro('transformMapEntry', arity, (offset, target, args) =>
      collectMap(offset, target, two(args), arity === 4 ? args[2] : undefined, [last(args)]),
    ),
  ]),
  macro('optMap', 2, (offset, target, args) => optionalMap(offset, target, args, false)),
  macro('optFlatMap', 2, (offset, target, args) => optionalMap(offset, target, args, true)),
  macro('bind', 3, celBind),
  macro('sortBy', 2, sortBy),
];

const byKey = new Map(macros.map((each) => [`${each.name}:${each.member}:${each.arity}`, each]));

/** The macro that a call is a use of. */
export function findMacro(name: string, member: boolean, arity: number): Macro | undefined {
  return byKey.get(`${name}:${member}:${arity}`) ?? byKey.get(`${name}:${member}:undefined`);
}
