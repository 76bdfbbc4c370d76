import type { Schema } from '../schema.ts';
import { isRecord } from '../walk/compiled.ts';
import { fieldOf, itemOf, shapeOf } from './shape.ts';

/**
 * Where a configuration says something of a list, map or struct that has one owner as a whole, so that merging would take away what it does not say;
 * undefined when it does so nowhere.
 */
export function atomicPath(schema: Schema, applied: unknown, path = ''): string | undefined {
  if (typeof applied !== 'object' || applied === null) return undefined;
  const shape = shapeOf(schema, applied);
  if (shape.kind === 'leaf') return path === '' ? '.' : path;
  if (Array.isArray(applied)) return first(applied, (item, at) => atomicPath(itemOf(schema), item, `${path}[${at}]`));
  if (!isRecord(applied)) return undefined;
  return first(Object.entries(applied), ([key, value]) => atomicPath(fieldOf(schema, key).schema, value, `${path}.${key}`));
}

function first<T>(list: readonly T[], find: (one: T, at: number) => string | undefined): string | undefined {
  for (const [at, one] of list.entries()) {
    const found = find(one, at);
    if (found !== undefined) return found;
  }
  return undefined;
}
