import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompileError, CostLimitError, createEnvironment, declare, bindJson, EvaluationError, type Program } from './index.ts';
import { parse } from './parse/parser.ts';
import { print } from './parse/print.ts';

const map = declare.map(declare.dyn);
const environment = createEnvironment({ variables: { x: declare.dyn, list: declare.list(declare.int), map, text: declare.string() } });

/** Pieces that expressions are made of, so that random text is not all refused at its first character. */
const pieces = fc.constantFrom(
  ...(
    'x list map text 1 2u 3.5 "a" b"c" true null ( ) [ ] { } . .? [? , : ? + - * / % ! == != < <= > >= in && || ' +
    'has( .all(e, .map(e, .exists_one(e, .size() .startsWith( matches dyn( int( duration("1h") r"\\d" \'\'\' 0x1f __proto__ constructor'
  ).split(' '),
  ' ',
);
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join(' ')),
);

const leaf = fc.constantFrom('x', 'list', 'map', 'text', '1', '-1', '2u', '1.5', '"a\\n\\"b"', 'true', 'null', 'b"\\xff"', '[]', '{}');
const expressions = fc.letrec<{ expr: string }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('expr'), fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', 'in', '&&', '||'), tie('expr'))
      .map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('expr'), tie('expr'), tie('expr')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    tie('expr').map((a) => `!(${a})`),
    tie('expr').map((a) => `(${a}).field`),
    tie('expr').map((a) => `has((${a}).__proto__)`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `dyn(${a})[${b}]`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `[${a}, ?${b}]`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `{${a}: ${b}}`),
    fc
      .tuple(tie('expr'), fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter'), tie('expr'))
      .map(([a, name, b]) => `dyn(${a}).${name}(e, ${b})`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `dyn(${a}).transformList(i, v, ${b})`),
  ),
}));

const bindings = {
  x: bindJson(declare.dyn, { field: [1, 2.5, 'a', null, { __proto__: 1 }] }),
  list: bindJson(declare.list(declare.int), [3, 1, 2]),
  map: bindJson(map, { a: 1, b: [true], text: 'é😀' }),
  text: 'é😀abc',
};

function outcomeOf(program: Program): unknown {
  try {
    return program.evaluate(bindings).value;
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof CostLimitError) return error.message;
    throw error;
  }
}

describe('whatever the text', () => {
  it('parsing ends with a tree or with findings, and throws nothing', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { expr, error } = parse(text);
        expect((expr === undefined) !== (error === undefined)).toBe(true);
        expect(error === undefined || error instanceof CompileError).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });

  it('what is printed parses to what prints the same', () => {
    fc.assert(
      fc.property(fc.oneof(expressions.expr, texts), (text) => {
        const { expr } = parse(text);
        if (expr === undefined) return;
        const printed = print(expr);
        const again = parse(printed);
        expect(again.error?.message).toBeUndefined();
        expect(again.expr === undefined ? undefined : print(again.expr)).toBe(printed);
      }),
      { numRuns: 800 },
    );
  });

  it('evaluating ends with a value or with an error of its own', () => {
    fc.assert(
      fc.property(fc.oneof(expressions.expr, texts), (text) => {
        const { program } = environment.compile(text);
        if (program === undefined) return;
        expect(outcomeOf(program)).not.toBe(undefined);
        const { min, max } = program.estimateCost();
        expect(min).toBeLessThanOrEqual(max);
      }),
      { numRuns: 1_500 },
    );
  });
});
