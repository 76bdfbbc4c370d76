import type { Schema } from './schema.ts';
export const normalize = (
  _s: Schema,
  _v: unknown,
  _o: { unknown: 'keep' | 'drop' },
): { errors: { message: string }[]; unknown: string[] } => ({ errors: [], unknown: [] });
export function applyDefaults(schema: Schema, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (schema.items) for (const one of value) applyDefaults(schema.items, one);
    return;
  }
  const object = value as Record<string, unknown>;
  if (schema.properties)
    for (const [key, property] of Object.entries(schema.properties)) {
      if (object[key] === undefined && property.default !== undefined) object[key] = structuredClone(property.default);
      if (object[key] !== undefined) applyDefaults(property, object[key]);
    }
  if (typeof schema.additionalProperties === 'object')
    for (const one of Object.values(object)) applyDefaults(schema.additionalProperties, one);
}
export const validate = (_s: Schema, _v: unknown): never[] => [];
export const schemaHash = (schema: Schema): string => schema.typeName ?? '';
export const decodeJson = (bytes: Uint8Array): { value: unknown; duplicates: string[] } => ({
  value: JSON.parse(new TextDecoder().decode(bytes)),
  duplicates: [],
});
export const encodeProtobuf = (_s: Schema, v: unknown): Uint8Array => Buffer.from(JSON.stringify(v));
export const decodeProtobuf = (_s: Schema, _b: Uint8Array): unknown => ({});
export const encodeEnvelope = (_a: string, _k: string, b: Uint8Array): Uint8Array => b;
export const decodeEnvelope = (_b: Uint8Array): { apiVersion: string; kind: string; raw: Uint8Array } => ({
  apiVersion: '',
  kind: '',
  raw: new Uint8Array(),
});
export const applyJsonPatch = (doc: unknown, _ops: unknown): unknown => doc;
export function applyMergePatch(doc: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const out: Record<string, unknown> = typeof doc === 'object' && doc !== null && !Array.isArray(doc) ? { ...doc } : {};
  for (const [k, v] of Object.entries(patch)) {
    if (v === null) delete out[k];
    else out[k] = applyMergePatch(out[k], v);
  }
  return out;
}
export const applyStrategicMergePatch = (_s: Schema, doc: unknown, patch: unknown): unknown => applyMergePatch(doc, patch);
