import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Bindings,
  bindJson,
  createEnvironment,
  declare,
  declareSchema,
  type DeclaredType,
  type Environment,
  EvaluationError,
  type StructuralSchema,
} from '../index.ts';
import { showValue } from './show-value.fixture.ts';

/** Lines of `expression => outcome`. */
function golden(name: string): [expression: string, outcome: string][] {
  const lines = readFileSync(new URL(`${name}.golden`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const at = line.lastIndexOf(' => ');
    return [line.slice(0, at), line.slice(at + 4)];
  });
}

const declared: Record<string, DeclaredType> = {
  m: declare.map(declare.dyn),
  l: declare.list(declare.int),
  s: declare.string(),
  i: declare.int,
  b: declare.bool,
  d: declare.dyn,
  k: declare.string(),
  ls: declare.list(declare.string()),
  ld: declare.list(declare.double),
  u: declare.uint,
  f: declare.double,
};
const json: Record<string, unknown> = {
  m: { a: 1, b: 2, m: { a: 1, m: { a: 3 } } },
  l: [1, 2, 3],
  s: 'abc',
  i: 1,
  b: true,
  k: 'a',
  d: { a: 1, l: [1, 2], m: { a: 1 } },
  ls: ['b', 'a', 'b'],
  ld: [1.5, 2.5],
  f: 2.5,
};
const environment = createEnvironment({ variables: declared });
const bindings: Bindings = Object.fromEntries(
  Object.entries(json).map(([name, value]) => [name, bindJson(declared[name] as DeclaredType, value)]),
);

function programOf(source: string, within: Environment = environment) {
  const { program, error } = within.compile(source);
  if (program === undefined) throw error;
  return program;
}

function outcomeOf(source: string): string {
  const program = programOf(source);
  try {
    return showValue(program.evaluate(bindings).value);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return `error: ${error.message}`;
  }
}

describe('values', () => {
  it.each(golden('values'))('%s', (source, outcome) => {
    expect(outcomeOf(source)).toBe(outcome);
  });
});

describe('costs', () => {
  it.each(golden('costs'))('%s', (source, cost) => {
    expect(programOf(source).evaluate(bindings).cost).toBe(Number(cost));
  });
});

describe('findings', () => {
  it.each(golden('findings'))('%s', (source, findings) => {
    const { error } = environment.compile(source);
    const shown =
      error?.step === 'compilation'
        ? error.issues.map(({ line, column, message }) => `${line}:${column + 1}: ${message}`).join(' / ')
        : error?.message;
    expect(shown).toBe(findings);
  });
});

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    a: { type: 'integer' },
    b: { type: 'integer' },
    s: { type: 'string', maxLength: 10 },
    u: { type: 'string' },
    e: { type: 'string', enum: ['a', 'bcd'] },
    n: { type: 'number' },
    t: { type: 'boolean' },
    l: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 3 } },
    ul: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, v: { type: 'integer' } } } },
    m: { type: 'object', maxProperties: 4, additionalProperties: { type: 'string', maxLength: 7 } },
    um: { type: 'object', additionalProperties: { type: 'integer' } },
    ios: { 'x-kubernetes-int-or-string': true },
    dt: { type: 'string', format: 'date-time' },
    dur: { type: 'string', format: 'duration' },
    by: { type: 'string', format: 'byte', maxLength: 20 },
    o: {
      type: 'object',
      properties: {
        'x-y': { type: 'string', maxLength: 2 },
        l2: { type: 'array', maxItems: 3, items: { type: 'array', maxItems: 2, items: { type: 'integer' } } },
      },
    },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', maxItems: 6, items: { type: 'string', maxLength: 4 } },
  },
};

describe('estimates', () => {
  const self = declareSchema(schema, { name: 'selfType' }) as DeclaredType;
  const rules = createEnvironment({ variables: { self, oldSelf: self } });
  const show = (bound: number): string => (bound >= Number.MAX_SAFE_INTEGER ? '∞' : String(bound));

  it.each(golden('estimates'))('%s', (source, range) => {
    const { min, max } = programOf(source, rules).estimateCost();
    expect(`${show(min)}..${show(max)}`).toBe(range);
  });
});
