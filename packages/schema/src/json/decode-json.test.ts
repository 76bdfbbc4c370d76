import { isStatusError } from '@kajitori/apimachinery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { depthMax } from '../walk/depth.ts';
import { decodeJson } from './decode-json.ts';

describe('decodeJson', () => {
  it.each([
    ['{"spec":{"x":1,"x":2}}', ['spec.x']],
    ['{"spec":{"a":[{"b":1},{"b":1,"b":2,"c":{},"c":{}}]}}', ['spec.a[1].b', 'spec.a[1].c']],
    ['{"a":1,"b":{"a":1}}', []],
    ['{"a:b":"x:\\"{","c":"}"}', []],
    ['{"a\\u0062":1,"ab":2}', ['ab']],
    ['[{"a":1},{"a":1,"a":1,"a":3}]', ['[1].a']],
    ['{"__proto__":1,"__proto__":{"x":1}}', ['__proto__']],
    ['"text: with a colon"', []],
  ])('finds duplicates of %s', (text, duplicates) => {
    expect(decodeJson(text)).toEqual({ value: JSON.parse(text), duplicates });
    expect(decodeJson(new TextEncoder().encode(text)).duplicates).toEqual(duplicates);
  });

  it('agrees with JSON.parse on any document, and finds no duplicates where there are none', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(decodeJson(text)).toEqual({ value: JSON.parse(text), duplicates: [] });
      }),
    );
  });

  it('refuses what is not JSON, not UTF-8 or too deep, and says so', () => {
    for (const body of [
      '',
      '{',
      '{"a":1}x',
      '\ufeff{}',
      new Uint8Array([0x22, 0xff, 0x22]),
      '['.repeat(depthMax + 1) + ']'.repeat(depthMax + 1),
    ]) {
      expect(() => decodeJson(body)).toThrow(expect.toSatisfy((error) => isStatusError(error, 'BadRequest')));
    }
    expect(decodeJson('['.repeat(depthMax) + ']'.repeat(depthMax)).duplicates).toEqual([]);
    expect(() => decodeJson('{"a":tru}')).toThrow(/json parse error/);
  });

  it('does not reach the prototype', () => {
    const { value } = decodeJson('{"__proto__":{"polluted":true}}');
    expect((value as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.keys(value as object)).toEqual(['__proto__']);
  });
});
