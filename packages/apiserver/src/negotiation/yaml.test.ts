import { describe, expect, it } from 'vitest';
import { parseYaml } from './yaml.ts';

const read = (source: string): unknown => parseYaml(source, true).value;

describe('YAML as Kubernetes reads it', () => {
  it.each([
    ['a: yes', { a: true }],
    ['a: Off', { a: false }],
    ['a: "yes"', { a: 'yes' }],
    ['a: 0644', { a: 420 }],
    ['a: -017', { a: -15 }],
    ['a: 0o17', { a: 15 }],
    ['a: 0x10', { a: 16 }],
    ['a: 0b101', { a: 5 }],
    ['a: 1_000', { a: 1000 }],
    ['a: 089', { a: 89 }],
    ['a: 22:22', { a: '22:22' }],
    ['a: 2001-12-14', { a: '2001-12-14' }],
    ['a: !!binary aGVsbG8=', { a: 'hello' }],
    ['a: !!timestamp 2001-12-14', { a: '2001-12-14' }],
    ['base: &b {p: 1, q: 2}\na:\n  <<: *b\n  q: 3', { base: { p: 1, q: 2 }, a: { p: 1, q: 3 } }],
    ['y: 1', { true: 1 }],
    ['1: b', { '1': 'b' }],
    ['a: ~', { a: null }],
  ])('%j', (source, value) => {
    expect(read(source)).toEqual(value);
  });

  it.each([
    ['a: .inf', /unsupported value: \+Inf/],
    ['a: [-.inf]', /unsupported value: -Inf/],
    ['a: {b: .nan}', /unsupported value: NaN/],
    ['a: [', /Flow sequence/],
  ])('refuses %j', (source, message) => {
    expect(() => read(source)).toThrow(message);
  });

  it('gives sets and ordered maps as what they are written with', () => {
    expect(read('a: !!set {p, q}')).toEqual({ a: { p: null, q: null } });
    expect(read('a: !!omap [p: 1]')).toEqual({ a: [{ p: 1 }] });
  });

  it('tells where a key stands twice', () => {
    expect(parseYaml('a: 1\nb: 2\na: 3', true).duplicates).toEqual(['line 3: key "a" already set in map']);
    expect(parseYaml('a: 1\na: 3', false)).toEqual({ value: { a: 3 }, duplicates: [] });
  });

  it('refuses what unfolds without end', () => {
    const bomb = [
      'a0: &a0 [x]',
      ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`),
    ].join('\n');
    expect(() => read(bomb)).toThrow(/alias/i);
  });
});

describe('YAML that is made to take long', () => {
  it('has each of its keys looked at once', () => {
    const keys = Array.from({ length: 20_000 }, (_, number) => `k${number}: v`);
    const begun = performance.now();
    expect(parseYaml([...keys, 'k7: w', 'k7: x'].join('\n'), true).duplicates).toEqual([
      'line 20001: key "k7" already set in map',
      'line 20002: key "k7" already set in map',
    ]);
    // Compared with each other they would take minutes.
    expect(performance.now() - begun).toBeLessThan(15_000);
  });

  it('is refused where it holds too much', () => {
    expect(() => parseYaml(`[${'a,'.repeat(200_000)}]`, true)).toThrow(/send it as JSON/);
    expect(parseYaml(`a: |\n${'  plain text\n'.repeat(50_000)}`, true).duplicates).toEqual([]);
  });
});
