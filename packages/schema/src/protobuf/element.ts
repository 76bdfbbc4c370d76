import type { ProtoField } from '../schema.ts';
import { malformed, type WireReader, wire } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/** How one value (a field's, a list item's, a map entry's) is read and written. */
export interface Element {
  wireType: number;
  /** Writes the value with its length where it has one, without a tag. */
  write: (value: unknown, writer: WireWriter) => void;
  /** `before` is what an earlier occurrence of the same field gave: messages merge. */
  read: (reader: WireReader, before: unknown) => unknown;
  /** What a map entry without a value holds. */
  zero: () => unknown;
}

const text: Element = {
  wireType: wire.delimited,
  write: (value, writer) => writer.string(typeof value === 'string' ? value : unwritable(value, 'a string')),
  read: (reader) => reader.string(),
  zero: () => '',
};

const bool: Element = {
  wireType: wire.varint,
  write: (value, writer) => writer.varint(value === true ? 1 : 0),
  read: (reader) => reader.bool(),
  zero: () => false,
};

const int32: Element = {
  wireType: wire.varint,
  write: (value, writer) => writer.int(Number.isSafeInteger(value) ? (value as number) : unwritable(value, 'an integer')),
  read: (reader) => reader.int32(),
  zero: () => 0,
};

const int64: Element = { ...int32, read: (reader) => reader.int() };

const double: Element = {
  wireType: wire.fixed64,
  write: (value, writer) => writer.double(typeof value === 'number' ? value : unwritable(value, 'a number')),
  read: (reader) => {
    const value = reader.double();
    // JSON has no word for the others.
    if (!Number.isFinite(value)) throw malformed(`number ${value} has no JSON form`);
    return value;
  },
  zero: () => 0,
};

/** Base64 in JSON. */
const bytes: Element = {
  wireType: wire.delimited,
  write: (value, writer) => writer.bytes(Buffer.from(typeof value === 'string' ? value : unwritable(value, 'base64 text'), 'base64')),
  read: (reader) => reader.bytes().toString('base64'),
  zero: () => '',
};

/** A message whose field 1 repeats: `authentication.v1.ExtraValue`. */
const stringList: Element = {
  wireType: wire.delimited,
  write: (value, writer) => {
    const start = writer.length;
    for (const item of (Array.isArray(value) ? value : unwritable(value, 'a list')).toReversed()) {
      text.write(item, writer);
      writer.tag(1, wire.delimited);
    }
    writer.varint(writer.length - start);
  },
  read: (reader, before) =>
    reader.within(() => {
      const items: unknown[] = Array.isArray(before) ? before : [];
      while (!reader.done) {
        const tag = reader.tag();
        if (tag === 8 + wire.delimited) items.push(reader.string());
        else reader.skip(tag % 8);
      }
      return items;
    }),
  zero: () => [],
};

export const scalarElements: Readonly<Record<Exclude<ProtoField['type'], 'message'>, Element>> = {
  string: text,
  bytes,
  bool,
  int32,
  int64,
  double,
  stringList,
};

/** Reached only by values that no schema allows; storage never holds one. */
export function unwritable(value: unknown, expected: string): never {
  throw malformed(`cannot write ${JSON.stringify(value) ?? String(value)} where ${expected} belongs`);
}
