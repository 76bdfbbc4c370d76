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
