import { describe, expect, it } from 'vitest';
import {
  bindJson,
  CostLimitError,
  createEnvironment,
  declare,
  declareSchema,
  type DeclaredType,
  escapePropertyName,
  toJson,
  unescapePropertyName,
} from './index.ts';

const big = 'x'.repeat(300_000);
const environment = createEnvironment({
  variables: { list: declare.list(declare.int), big: declare.string(), tree: declare.dyn, same: declare.dyn },
});
const numbers = Array.from({ length: 20_000 }, (_, index) => index);
const tree = { items: Array.from({ length: 2_000 }, (_, index) => ({ name: `n${index}`, values: [1, 2, 3] })) };
const bindings = {
  list: bindJson(declare.list(declare.int), numbers),
  big,
  tree: bindJson(declare.dyn, tree),
  same: bindJson(declare.dyn, structuredClone(tree)),
};

function run(source: string, costMax?: number) {
  const { program, error } = environment.compile(source);
  if (program === undefined) throw error;
  return program.evaluate(bindings, { costMax });
}

describe('cost', () => {
  it('stops an evaluation that exceeds it, and says what was spent', () => {
    let failure: unknown;
    try {
      run('list.all(x, x >= 0)', 500);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(CostLimitError);
    expect((failure as CostLimitError).message).toBe('operation cancelled: actual cost limit exceeded');
    expect((failure as CostLimitError).cost).toBeGreaterThan(500);
  });

  it.each([
    'list.all(x, list.all(y, list.all(z, true)))',
    'lists.range(1000000).distinct().size() > 0',
    "list.map(x, big.replace('', big)).size() > 0",
    "list.map(x, big.replace('x', big.substring(0, 300))).size() > 0",
    'list.all(x, tree == same)',
    'list.all(x, big + big != big)',
    "list.all(x, (big + 'a').matches('(x+x+)+y') || true)",
    "list.map(x, '%s%s'.format([big, big])).size() > 0",
    'list.map(x, [big, big, big].join(big)).size() > 0',
  ])('bounds %s', (source) => {
    const start = performance.now();
    expect(() => run(source)).toThrow(CostLimitError);
    expect(performance.now() - start).toBeLessThan(9_000);
  });

  it('is not absorbed', () => {
    expect(() => run('list.all(x, list.all(y, true)) || true', 1_000)).toThrow(CostLimitError);
  });
});

describe('depth and size of a source', () => {
  it('are limited', () => {
    expect(environment.compile(`${'('.repeat(300)}1${')'.repeat(300)}`).error?.message).toContain(
      'expression recursion limit exceeded: 250',
    );
    expect(environment.compile(`'${'a'.repeat(100_000)}'`).error?.message).toContain(
      'expression code point size exceeds limit: size: 100002, limit 100000',
    );
    const flat = Array.from({ length: 2_000 }, () => 'true').join(' && ');
    expect(run(flat).value).toBe(true);
  });
});

describe('messages', () => {
  it('show the line and mark the place', () => {
    expect(environment.compile("true &&\n  '😀' == 1").error?.message).toBe(
      "ERROR: <input>:2:7: found no matching overload for '_==_' applied to '(string, int)'\n |   '😀' == 1\n | ...．..^",
    );
  });
});

describe("JavaScript's own names", () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is a key like any other', (name) => {
    const value = bindJson(declare.dyn, JSON.parse(`{"a": 1}`));
    const scope = createEnvironment({ variables: { value: declare.dyn } });
    const has = scope.compile(`has(value.${name}) || '${name}' in value`).program;
    expect(has?.evaluate({ value }).value).toBe(false);
    const own = bindJson(declare.dyn, JSON.parse(`{"${name}": 5}`));
    expect(scope.compile(`value.${name} + value['${name}']`).program?.evaluate({ value: own }).value).toBe(10);
    const made = scope.compile(`{'${name}': value}`).program?.evaluate({ value: 1 }).value;
    expect(JSON.stringify(toJson(made ?? null))).toBe(`{"${name}":1}`);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('bindings that are not there are not found there', () => {
    const scope = createEnvironment({ variables: { constructor: declare.dyn } });
    expect(() => scope.compile('constructor').program?.evaluate({})).toThrow('no such attribute(s): constructor');
  });
});

describe('names of properties', () => {
  it.each([
    ['a-b', 'a__dash__b'],
    ['a.b/c', 'a__dot__b__slash__c'],
    ['a__b', 'a__underscores__b'],
    ['namespace', '__namespace__'],
    ['plain', 'plain'],
  ])('%s is %s', (property, name) => {
    expect(escapePropertyName(property)).toBe(name);
    expect(unescapePropertyName(name)).toBe(property);
  });

  it('some have none', () => {
    expect(escapePropertyName('1a')).toBeUndefined();
    expect(escapePropertyName('a$')).toBeUndefined();
    expect(escapePropertyName('')).toBeUndefined();
  });
});

describe('schemas', () => {
  const declared = declareSchema(
    {
      type: 'object',
      properties: {
        'max-size': { type: 'integer' },
        kept: { type: 'object' },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer' } } },
        },
        when: { type: 'string', format: 'date-time' },
        ratio: { type: 'number' },
      },
    },
    { name: 'self', isResource: true },
  ) as DeclaredType;
  const rules = createEnvironment({ variables: { self: declared, oldSelf: declared } });
  const self = {
    'max-size': 5,
    tags: ['a', 'b'],
    ports: [{ name: 'x', port: 1 }],
    when: '2024-01-01T00:00:00Z',
    ratio: 2,
    metadata: { name: 'n' },
  };
  const oldSelf = { tags: ['b', 'a'], ports: [{ name: 'x', port: 2 }] };

  it.each([
    ['self.max__dash__size == 5', true],
    ['self.tags == oldSelf.tags', true],
    ["self.tags + ['b', 'c'] == ['c', 'b', 'a']", true],
    ['(self.ports + oldSelf.ports).size() == 1', true],
    ['(self.ports + oldSelf.ports)[0].port', 2],
    ['self.when.getFullYear() == 2024 && self.ratio == 2.0', true],
    ["self.metadata.name == 'n' && !has(self.metadata.generateName)", true],
    ['has(oldSelf.ratio)', false],
  ])('%s', (source, value) => {
    const { program, error } = rules.compile(source);
    expect(error?.message).toBeUndefined();
    expect(program?.evaluate({ self: bindJson(declared, self), oldSelf: bindJson(declared, oldSelf) }).value).toBe(value);
  });

  it('what a source reads is known', () => {
    const { program } = rules.compile('self.ratio >= oldSelf.ratio');
    expect([program?.readsVariable('oldSelf'), program?.readsVariable('other')]).toEqual([true, false]);
  });
});
