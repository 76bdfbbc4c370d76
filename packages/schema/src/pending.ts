// Uncommitted stand-in so that other rooms can load while patch/ and protobuf/ are being written. Delete each export when the real one lands.
import type { Schema } from './schema.ts';
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
