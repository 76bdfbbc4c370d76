import type { Schema } from '../schema.ts';

/**
 * Tells whether a keyword of interest lies anywhere inside a schema, so that a walk can leave whole parts of a value
 * alone. A type that contains itself is looked into once; the inside of a coded type is none of a walk's business.
 */
export function reaches(isOfInterest: (schema: Schema) => boolean): (schema: Schema) => boolean {
  const known = new WeakMap<Schema, boolean>();
  return (schema) => {
    const before = known.get(schema);
    if (before !== undefined) return before;
    const seen = new Set<Schema>();
    const found = search(schema, seen, isOfInterest);
    // Only a search that found nothing has looked everywhere.
    if (!found) for (const one of seen) known.set(one, false);
    known.set(schema, found);
    return found;
  };
}

function search(schema: Schema, seen: Set<Schema>, isOfInterest: (schema: Schema) => boolean): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  if (isOfInterest(schema)) return true;
  return schema.codec === undefined && childrenOf(schema).some((child) => search(child, seen, isOfInterest));
}

function childrenOf(schema: Schema): Schema[] {
  const children = Object.values(schema.properties ?? {});
  if (schema.items !== undefined) children.push(schema.items);
  if (typeof schema.additionalProperties === 'object') children.push(schema.additionalProperties);
  return children;
}
