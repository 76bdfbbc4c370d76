import { hash } from 'node:crypto';
import type { Container } from '@kajitori/kinds';

/**
 * Tells whether a running container is still the one that is wanted. The image is all of a container that an update may change and that needs a new
 * container; hashing more would restart containers when a release learns a new default.
 */
export function containerHash(container: Container): string {
  return hash('sha256', JSON.stringify([container.name, container.image ?? ''])).slice(0, 16);
}
