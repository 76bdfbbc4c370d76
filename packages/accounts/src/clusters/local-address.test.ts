import fc from 'fast-check';
import { expect, it } from 'vitest';
import { localAddress, localIndex, maxLocalIndex } from './local-address.ts';

it('names each cluster by a loopback address, and finds it again', () => {
  expect(localAddress(1)).toBe('127.1.0.1');
  expect(localAddress(256)).toBe('127.1.1.0');
  expect(localAddress(maxLocalIndex)).toBe('127.255.255.254');
  fc.assert(fc.property(fc.integer({ min: 1, max: maxLocalIndex }), (index) => localIndex(localAddress(index) ?? '') === index));
  expect(localIndex('::ffff:127.1.0.7')).toBe(7);
});

it('leaves the machine its own addresses', () => {
  for (const address of ['127.0.0.1', '127.0.0.53', '127.1.0.0', '127.255.255.255', '10.0.0.1', '::1', 'localhost', ''])
    expect(localIndex(address)).toBeUndefined();
  for (const index of [0, -1, 1.5, maxLocalIndex + 1]) expect(localAddress(index)).toBeUndefined();
});
