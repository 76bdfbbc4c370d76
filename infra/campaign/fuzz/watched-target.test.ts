import { expect, test } from 'vitest';
import { InputBoard } from './input-board.ts';
import { watchedTarget } from './watched-target.ts';

const never = new AbortController().signal;

test('a board shows the newest input to who shares its memory', () => {
  const board = new InputBoard(16);
  const other = new InputBoard(16, board.memory);
  board.write(Buffer.from('a longer one'));
  board.write(Buffer.from('short'));
  expect([other.count, other.input.toString()]).toEqual([2, 'short']);
});

test('a thread that dies is a find', async () => {
  const { find } = await watchedTarget({ target: 'no such decoder', seed: 1, milliseconds: 10 }, never);
  expect(find).toMatch(/its thread died: there is no decoder/);
});

test('a decoder is fed until its time is over', async () => {
  const { runs, find } = await watchedTarget({ target: 'quantity', seed: 1, milliseconds: 50 }, never);
  expect(find).toBeUndefined();
  expect(runs).toBeGreaterThan(10);
});
