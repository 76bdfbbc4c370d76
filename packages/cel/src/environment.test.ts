import { describe, expect, it } from 'vitest';
import { bindJson, createEnvironment, declare, toJson } from './index.ts';

const list = declare.list(declare.int);
const map = declare.map(declare.dyn);
const environment = createEnvironment({ variables: { list, map, number: declare.int, text: declare.string() } });
const bindings = { list: bindJson(list, [1, 2, 3]), map: bindJson(map, { a: 1, b: 2, inner: { a: 3 } }), number: 1, text: 'abc' };

function evaluate(source: string): unknown {
  const { program, error } = environment.compile(source);
  if (program === undefined) throw error;
  return toJson(program.evaluate(bindings).value);
}

describe('evaluate', () => {
  it.each<[string, unknown]>([
    ['1 + 2 * 3 == 7', true],
    ['list.map(x, x + 1)', [2, 3, 4]],
    ['map.inner.a + number', 4],
    ['map.missing == 1 || true', true],
    ['cel.bind(x, number + 1, x + x)', 4],
    ['has(map.a) && !has(map.missing)', true],
    ['map.?missing.orValue(5)', 5],
    ["text.startsWith('a') ? 'yes' : 'no'", 'yes'],
  ])('%s', (source, value) => {
    expect(evaluate(source)).toEqual(value);
  });

  it('fails where nothing absorbs it', () => {
    expect(() => evaluate('map.missing == 1')).toThrow('no such key: missing');
  });
});

describe('objects that an expression makes', () => {
  const spec = declare.object('Object.spec', new Map([['min__dash__size', { property: 'min-size', type: declare.int }]]));
  const object = declare.object('Object', new Map([['spec', { property: 'spec', type: spec }]]));
  const made = createEnvironment({
    variables: { number: declare.int },
    objectType: (name) => [object, spec].find(({ type }) => type.name === name),
  });

  it('have the fields that they are given, under the names of their properties', () => {
    const { program } = made.compile('Object{spec: Object.spec{min__dash__size: number + 1}}');
    expect(toJson(program?.evaluate({ number: 1 }).value ?? null)).toEqual({ spec: { 'min-size': 2 } });
  });

  it('leave out what is not there', () => {
    const { program } = made.compile('Object{?spec: optional.none()}');
    expect(toJson(program?.evaluate({ number: 1 }).value ?? null)).toEqual({});
  });

  it('have no other fields', () => {
    expect(made.compile('Object{other: 1}').error?.issues.map(({ message }) => message)).toEqual(["undefined field 'other'"]);
    expect(made.compile("Object{spec: 'a'}").error?.message).toContain(
      "expected type of field 'spec' is 'Object.spec' but provided type is 'string'",
    );
  });
});

describe('variables', () => {
  it('are asked for when they are read, and once', () => {
    let asked = 0;
    const { program } = environment.compile('number + number');
    const { value } = program?.evaluate({ number: () => ++asked }) ?? {};
    expect([value, asked]).toEqual([2, 1]);
  });
});
