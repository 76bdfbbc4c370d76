import { isIPv4 } from 'node:net';

/**
 * Each cluster has a loopback address of its own, so that no two share a server URL: kubectl caches discovery by it.
 * Index 1 is 127.1.0.1; 127.0.0.x stays the machine's own.
 */
const first = addressNumber([127, 1, 0, 0]);
/** 127.255.255.255 is a broadcast address. */
export const maxLocalIndex = addressNumber([127, 255, 255, 254]) - first;

/** Undefined when there are more clusters than loopback addresses: such a cluster is reached by name or path only. */
export function localAddress(index: number): string | undefined {
  if (!Number.isSafeInteger(index) || index < 1 || index > maxLocalIndex) return undefined;
  const number = first + index;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}

/** The index that a loopback address names, if any. */
export function localIndex(address: string): number | undefined {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (!isIPv4(plain)) return undefined;
  const index = addressNumber(plain.split('.').map(Number)) - first;
  return index >= 1 && index <= maxLocalIndex ? index : undefined;
}

function addressNumber(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
