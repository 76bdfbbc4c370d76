import { isStatusError } from '@kajitori/apimachinery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from './json-patch.ts';

const document = { a: { b: [1, 2, 3] }, 'x/y': 1, 'm~n': 2 };

describe('applyJsonPatch', () => {
  it.each([
    [[{ op: 'add', path: '/a/b/-', value: 4 }], { ...document, a: { b: [1, 2, 3, 4] } }],
    [[{ op: 'add', path: '/a/b/0', value: 0 }], { ...document, a: { b: [0, 1, 2, 3] } }],
    [[{ op: 'add', path: '/a/b/-1', value: 4 }], { ...document, a: { b: [1, 2, 3, 4] } }],
    [[{ op: 'remove', path: '/a/b/-1' }], { ...document, a: { b: [1, 2] } }],
    [[{ op: 'replace', path: '/x~1y', value: null }], { ...document, 'x/y': null }],
    [[{ op: 'test', path: '/m~0n', value: 2 }], document],
    [[{ op: 'move', from: '/a/b/0', path: '/a/b/2' }], { ...document, a: { b: [2, 3, 1] } }],
    [
      [
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'remove', path: '/c/b/0' },
      ],
      { ...document, c: { b: [2, 3] } },
    ],
    [[{ op: 'replace', path: '', value: { all: 'new' } }], { all: 'new' }],
    [[], document],
  ])('%j', (operations, expected) => {
    const before = JSON.stringify([document, operations]);
    expect(applyJsonPatch(document, operations)).toEqual(expected);
    expect(JSON.stringify([document, operations])).toBe(before);
  });

  it.each([
    ['Invalid', [{ op: 'remove', path: '/missing' }], /remove operation does not apply: doc is missing key: \/missing/],
    ['Invalid', [{ op: 'replace', path: '/a/c', value: 1 }], /doc is missing key/],
    ['Invalid', [{ op: 'add', path: '/q/r', value: 1 }], /doc is missing path: "\/q\/r"/],
    ['Invalid', [{ op: 'add', path: '/a/b/9', value: 1 }], /Unable to access invalid index: 9/],
    ['Invalid', [{ op: 'add', path: '/a/b/01', value: 1 }], /invalid index/],
    ['Invalid', [{ op: 'test', path: '/a/b/0', value: 2 }], /testing value \/a\/b\/0 failed/],
    ['Invalid', [{ op: 'move', from: '/a', path: '/a/b/0' }], /into itself/],
    ['Invalid', [{ op: 'remove', path: '' }], /whole object/],
    ['BadRequest', [{ op: 'add', path: '/a' }], /no value/],
    ['BadRequest', [{ op: 'grow', path: '/a' }], /Unexpected kind: grow/],
    ['BadRequest', [{ op: 'add', path: 'a', value: 1 }], /JSON pointer/],
    ['BadRequest', [7], /must be an object/],
    ['BadRequest', {}, /a list of operations/],
    ['RequestEntityTooLarge', Array.from({ length: 10_001 }, () => ({ op: 'test', path: '', value: 1 })), /is 10000, got 10001/],
  ] as const)('%s: %j', (reason, operations, message) => {
    expect(() => applyJsonPatch(document, operations)).toThrow(message);
    expect(() => applyJsonPatch(document, operations)).toThrow(expect.toSatisfy((error) => isStatusError(error, reason)));
  });

  it('stops a patch that copies the document into itself again and again', () => {
    const operations = Array.from({ length: 400 }, () => ({ op: 'copy', from: '', path: '/a/again' }));
    expect(() => applyJsonPatch({ a: { text: 'x'.repeat(1000) } }, operations)).toThrow(/copy/);
    const wide = Array.from({ length: 40 }, () => ({ op: 'copy', from: '/list', path: '/list/-' }));
    expect(() => applyJsonPatch({ list: ['x'.repeat(1000)] }, wide)).toThrow(/exceeding the limit|nested deeper/);
  });

  it('does not reach the prototype', () => {
    const patched = applyJsonPatch({}, [
      { op: 'add', path: '/__proto__', value: { a: 1 } },
      { op: 'add', path: '/__proto__/polluted', value: true },
    ]);
    expect(JSON.stringify(patched)).toBe('{"__proto__":{"a":1,"polluted":true}}');
    expect(() => applyJsonPatch({}, [{ op: 'add', path: '/constructor/prototype/polluted', value: true }])).toThrow(/missing path/);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('throws a StatusError or returns, whatever the operations', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', '0', '1', '-', '__proto__', '-1'), { maxLength: 4 })
      .map((steps) => steps.map((step) => `/${step}`).join(''));
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path,
      from: path,
      value: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(operation, { maxLength: 8 }), (value, operations) => {
        const before = JSON.stringify([value, operations]);
        try {
          applyJsonPatch(value, operations);
        } catch (error) {
          if (!isStatusError(error)) throw error;
        }
        expect(JSON.stringify([value, operations])).toBe(before);
        expect(({} as Record<string, unknown>).a).toBeUndefined();
      }),
    );
  });
});
