import type { Schema } from '../schema.ts';
import { isRecord } from '../walk/compiled.ts';
import type { Normalize } from './scalar.ts';

/**
 * Pruning of tenants' types, as Kubernetes documents it for structural schemas: a field stays when `properties` or
 * `additionalProperties` know it, or when unknown fields are preserved at its object.
 */

/** An embedded resource has these without naming them. */
export const embeddedProperties: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

export function structuralNormalizer(schema: Schema, compile: (child: Schema) => Normalize): Normalize {
  const ofObject = objectNormalizer(schema, compile);
  const ofList = listNormalizer(schema, compile);
  return (value, run) => {
    if (Array.isArray(value)) return ofList(value, run);
    return isRecord(value) ? ofObject(value, run) : value;
  };
}

function objectNormalizer(
  schema: Schema,
  compile: (child: Schema) => Normalize,
): (value: Record<string, unknown>, run: Parameters<Normalize>[1]) => unknown {
  const { properties = {}, additionalProperties } = schema;
  const additional = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  return (value, run) => {
    for (const key in value) {
      const child = Object.hasOwn(properties, key) ? properties[key] : additional;
      if (child === undefined) {
        if (preserves || (embedded && embeddedProperties.has(key))) continue;
        run.unknown(key);
        if (run.dropsUnknown) delete value[key];
        continue;
      }
      const current = value[key];
      if (current === null) {
        if (child.nullable !== true && child.default !== undefined) delete value[key];
        continue;
      }
      const before = run.findings.length;
      const next = compile(child)(current, run);
      if (run.findings.length !== before) run.inField(before, key, '');
      if (next !== current) value[key] = next;
    }
    return value;
  };
}

function listNormalizer(
  schema: Schema,
  compile: (child: Schema) => Normalize,
): (value: unknown[], run: Parameters<Normalize>[1]) => unknown {
  const { items } = schema;
  return (value, run) => {
    if (items === undefined) return value;
    const walk = compile(items);
    for (let at = 0; at < value.length; at += 1) {
      const before = run.findings.length;
      value[at] = walk(value[at], run);
      if (run.findings.length !== before) run.inElement(before, `[${at}]`);
    }
    return value;
  };
}
