import { describe, expect, it } from 'vitest';
import { Database, isConnectionLoss, textArray } from './database.ts';

describe('answers', () => {
  it('that begin behind a hole count as a lost connection', async () => {
    await using database = new Database({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const rows: unknown[] = [];
    rows[1] = { x: 1 };
    const error: unknown = await database.answered(Promise.resolve(rows)).catch((thrown: unknown) => thrown);
    expect(isConnectionLoss(error)).toBe(true);
    expect(await database.answered(Promise.resolve([]))).toEqual([]);
    expect(await database.answered(Promise.resolve([{ x: 1 }]))).toEqual([{ x: 1 }]);
  });
});

describe('arrays of texts', () => {
  it.each([
    [[], '{}'],
    [['a', ''], '{"a",""}'],
    [['with "quotes" and \\', 'a,b}'], '{"with \\"quotes\\" and \\\\","a,b}"}'],
  ])('%j are written %s', (values, text) => expect(textArray(values)).toBe(text));
});
