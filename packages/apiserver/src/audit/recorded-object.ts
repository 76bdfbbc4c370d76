import type { AuditDecision } from '@kajitori/policies';
import { decodeEnvelope, decodeProtobuf } from '@kajitori/schema';
import { parseText } from '../negotiation/body.ts';
import { kindOfText } from '../negotiation/kind-of-text.ts';

/** Bytes of one body in an event: what is larger is left out, and the event says so. */
const recordedBytesMax = 128 * 1024;

const protobufMagic = Buffer.from('k8s\0');

/** A body as an event holds it: JSON, whatever it came as. Nothing for what cannot be read: the request was answered about that. */
export function recordedObject(
  body: string | Uint8Array | undefined,
  { omitManagedFields }: Pick<AuditDecision, 'omitManagedFields'>,
): { value?: unknown; truncated?: true } {
  if (body === undefined || body.length === 0) return {};
  if (body.length > recordedBytesMax) return { truncated: true };
  const value = read(typeof body === 'string' ? Buffer.from(body) : body);
  if (omitManagedFields) dropManagedFields(value);
  return value === undefined ? {} : { value };
}

function read(bytes: Uint8Array): unknown {
  try {
    if (protobufMagic.equals(bytes.subarray(0, protobufMagic.length))) return readProtobuf(bytes);
    // JSON is YAML too, and read faster.
    return parseText(bytes[0] === 0x7b || bytes[0] === 0x5b ? 'json' : 'yaml', bytes, false).value;
  } catch {
    return undefined;
  }
}

function readProtobuf(bytes: Uint8Array): unknown {
  const { apiVersion, kind, raw } = decodeEnvelope(bytes);
  const known = kindOfText(`${apiVersion}/${kind}`);
  return known === undefined ? undefined : { apiVersion, kind, ...decodeProtobuf(known.schema.schema, raw) };
}

function dropManagedFields(value: unknown): void {
  const { metadata, items } = (value ?? {}) as { metadata?: { managedFields?: unknown }; items?: unknown };
  if (typeof metadata === 'object' && metadata !== null) delete metadata.managedFields;
  if (Array.isArray(items)) for (const item of items) dropManagedFields(item);
}
