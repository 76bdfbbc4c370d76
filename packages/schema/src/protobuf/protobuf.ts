import type { Schema } from '../schema.ts';
import { readMessage, writeMessage } from './message.ts';
import { malformed, WireReader, wire } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** An object as Kubernetes' protobuf message of its type, without the envelope. `apiVersion` and `kind` have no field. */
export function encodeProtobuf(schema: Schema, value: unknown): Uint8Array {
  const writer = new WireWriter();
  writeMessage(schema, value, writer);
  return writer.finish();
}

/**
 * The JSON value that a message says, in the form in which `normalize` leaves one: known fields, canonical quantities and
 * times, zeros as message.ts explains.
 * @throws StatusError BadRequest for bytes that are no such message.
 */
export function decodeProtobuf(schema: Schema, bytes: Uint8Array): Record<string, unknown> {
  return readMessage(schema, new WireReader(bytes), {});
}

const magic = Uint8Array.from([0x6b, 0x38, 0x73, 0x00]);

/** `runtime.Unknown`: the kind of an object beside its bytes. */
export interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Uint8Array;
}

/** The body of `application/vnd.kubernetes.protobuf`: `k8s\0` and an envelope. */
export function encodeEnvelope(apiVersion: string, kind: string, bytes: Uint8Array): Uint8Array {
  const writer = new WireWriter();
  // contentType and contentEncoding are always there, and empty for protobuf.
  for (const number of [4, 3]) {
    writer.string('');
    writer.tag(number, wire.delimited);
  }
  writer.bytes(bytes);
  writer.tag(2, wire.delimited);
  const start = writer.length;
  writer.string(kind);
  writer.tag(2, wire.delimited);
  writer.string(apiVersion);
  writer.tag(1, wire.delimited);
  writer.varint(writer.length - start);
  writer.tag(1, wire.delimited);
  return Buffer.concat([magic, writer.finish()]);
}

/** An envelope around so many bytes that come piece by piece: what stands before and after them. */
export function envelopeAround(apiVersion: string, kind: string, length: number): { before: Uint8Array; after: Uint8Array } {
  const empty = encodeEnvelope(apiVersion, kind, new Uint8Array());
  // Behind the length of nothing stand the two empty fields.
  const end = empty.length - 4;
  const writer = new WireWriter();
  writer.varint(length);
  return { before: Buffer.concat([empty.subarray(0, end - 1), writer.finish()]), after: empty.subarray(end) };
}

/** @throws StatusError BadRequest when the bytes are no envelope. `raw` is a view of them. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length < magic.length || magic.some((byte, at) => bytes[at] !== byte)) {
    throw malformed('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const reader = new WireReader(bytes.subarray(magic.length));
  const envelope: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array() };
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 8 + wire.delimited) reader.within(() => readTypeMeta(reader, envelope));
    else if (tag === 16 + wire.delimited) envelope.raw = reader.bytes();
    else reader.skip(tag % 8);
  }
  return envelope;
}

function readTypeMeta(reader: WireReader, envelope: Envelope): void {
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 8 + wire.delimited) envelope.apiVersion = reader.string();
    else if (tag === 16 + wire.delimited) envelope.kind = reader.string();
    else reader.skip(tag % 8);
  }
}
