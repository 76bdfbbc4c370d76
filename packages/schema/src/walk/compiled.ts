import type { Schema } from '../schema.ts';

/**
 * Owns how walks are kept: each is compiled from a schema into closures once and lives as long as the Schema object does.
 * Invariant: compiling a schema compiles none of its children; they follow when a value first reaches them, so types
 * that contain themselves are no special case.
 */

/**
 * `builtIn` types behave as Go's structs do (nulls and empty values vanish, wrong types cannot be decoded); `structural`
 * ones as a CustomResourceDefinition's schema does (nulls stay, wrong types are validation errors).
 */
export type Origin = 'builtIn' | 'structural';

/** A named type starts a built-in part, also inside a tenant's schema (`metadata`); what it contains is built-in too. */
export function originOf(schema: Schema, inherited: Origin): Origin {
  return schema.typeName === undefined && schema.codec === undefined ? inherited : 'builtIn';
}

export type Compiled<W> = (schema: Schema, inherited?: Origin) => W;

/** Wraps a compiler so that it runs once for each Schema object and origin. */
export function compileOnce<W>(compile: (schema: Schema, origin: Origin) => W): Compiled<W> {
  const walks = { builtIn: new WeakMap<Schema, W>(), structural: new WeakMap<Schema, W>() };
  return (schema, inherited = 'structural') => {
    const origin = originOf(schema, inherited);
    const known = walks[origin].get(schema);
    if (known !== undefined) return known;
    const made = compile(schema, origin);
    walks[origin].set(schema, made);
    return made;
  };
}

/** Makes a value when it is first asked for. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** An object that is neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a schema describes a map: values of one schema under any key. */
export function isMap(schema: Schema): boolean {
  return schema.properties === undefined && typeof schema.additionalProperties === 'object';
}

/**
 * Sets a key of an object that another wrote. Plain assignment of `__proto__` would reach the prototype.
 */
export function put(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true });
  else object[key] = value;
}

/** The value under a key that the object itself has. */
export function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
