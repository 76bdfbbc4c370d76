import { badRequest } from '@kajitori/apimachinery';

/**
 * How deep a value may nest. Every walk here and JSON.stringify recurse; this keeps them far from the end of the stack,
 * and is several times what any real manifest or CustomResourceDefinition reaches.
 */
export const depthMax = 512;

/** Counts an object's keys, all levels together, and finds whether it is nested too deeply. */
export function measure(value: unknown): { keys: number; tooDeep: boolean } {
  const run = { keys: 0, tooDeep: false };
  count(value, depthMax, run);
  return run;
}

function count(value: unknown, left: number, run: { keys: number; tooDeep: boolean }): void {
  if (typeof value !== 'object' || value === null) return;
  if (left === 0) {
    run.tooDeep = true;
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count(item, left - 1, run);
    return;
  }
  for (const key in value) {
    run.keys += 1;
    const child = (value as Record<string, unknown>)[key];
    if (typeof child === 'object') count(child, left - 1, run);
  }
}

/** @throws StatusError BadRequest when the value nests deeper than `depthMax`. */
export function checkDepth(value: unknown, what: string): void {
  if (measure(value).tooDeep) throw tooDeep(what);
}

export function tooDeep(what: string): Error {
  return badRequest(`${what} is nested deeper than ${depthMax} levels; flatten it`);
}
