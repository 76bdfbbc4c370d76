import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Copies both ways until both have ended; a half that ends is passed on. When one breaks, the other is broken too.
 * What a peer does to its own connection is not an error of ours, so this resolves either way, with whether both ended in order.
 */
export async function joinDuplexes(left: Duplex, right: Duplex): Promise<boolean> {
  const halves = await Promise.allSettled([pipeline(left, right), pipeline(right, left)]);
  left.destroy();
  right.destroy();
  return halves.every(({ status }) => status === 'fulfilled');
}
