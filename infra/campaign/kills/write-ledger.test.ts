import { expect, test } from 'vitest';
import { WriteLedger } from './write-ledger.ts';

function ledger(): WriteLedger {
  const made = new WriteLedger();
  made.acknowledge('a', made.attempt('a'));
  made.acknowledge('a', made.attempt('a'));
  made.attempt('a');
  return made;
}

test('the last acknowledged value, or a later one that was sent, is right', () => {
  expect(ledger().compare(new Map([['a', 2]]))).toEqual([]);
  expect(ledger().compare(new Map([['a', 3]]))).toEqual([]);
});

test('an older value, none, one never sent, or an object never written is wrong', () => {
  expect(ledger().compare(new Map([['a', 1]]))).toEqual(['a holds 1, but 2 was acknowledged']);
  expect(ledger().compare(new Map())).toEqual(['a holds nothing, but 2 was acknowledged']);
  expect(ledger().compare(new Map([['a', 4]]))).toEqual(['a holds 4, but only 3 was ever sent']);
  expect(
    ledger().compare(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    ),
  ).toEqual(['b was never written']);
});
