import { canonicalQuantity } from '@kajitori/apimachinery';
import { decodeJson } from '../json/decode-json.ts';
import type { Schema } from '../schema.ts';
import { isRecord } from '../walk/compiled.ts';
import { durationNanoseconds, durationText } from './duration.ts';
import { type Element, unwritable } from './element.ts';
import { malformed, type WireReader, wire } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/** The named types whose JSON and protobuf forms are unlike each other. Each is a message of its own. */

/** Messages of plain fields, which some of these types contain. */
export interface Messages {
  read(schema: Schema, reader: WireReader, target: Record<string, unknown>): Record<string, unknown>;
  write(schema: Schema, value: unknown, writer: WireWriter): void;
}

type Fields = Readonly<Record<number, (reader: WireReader) => void>>;

/** Reads a message whose known fields are given by their tags. */
function fieldsOf(reader: WireReader, known: Fields): void {
  reader.within(() => {
    while (!reader.done) {
      const tag = reader.tag();
      const read = known[tag];
      if (read === undefined) reader.skip(tag % 8);
      else read(reader);
    }
  });
}

const varintTag = (number: number): number => number * 8 + wire.varint;
const delimitedTag = (number: number): number => number * 8 + wire.delimited;

/** Writes a message: `body` writes its fields, last first. */
function message(writer: WireWriter, body: () => void): void {
  const start = writer.length;
  body();
  writer.varint(writer.length - start);
}

function delimited(codec: Omit<Element, 'wireType'>): Element {
  return { wireType: wire.delimited, ...codec };
}

const nanosPerMilli = 1_000_000;

/** `Timestamp {seconds = 1, nanos = 2}`. The zero time has neither, and no JSON form. */
function timeElement(write: (seconds: number, nanos: number) => string): Element {
  return delimited({
    write: (value, writer) =>
      message(writer, () => {
        const { seconds, nanos } = instantOf(value);
        writer.int(nanos);
        writer.tag(2, wire.varint);
        writer.int(seconds);
        writer.tag(1, wire.varint);
      }),
    read: (reader) => {
      let seconds = 0;
      let nanos = 0;
      fieldsOf(reader, {
        [varintTag(1)]: () => {
          seconds = reader.int();
        },
        [varintTag(2)]: () => {
          nanos = reader.int32();
        },
      });
      if (seconds === 0 && nanos === 0) return undefined;
      // The years 1 to 9999, which RFC 3339 can write.
      if (seconds < -62_135_596_800 || seconds > 253_402_300_799 || nanos < 0 || nanos > 999_999_999) {
        throw malformed(`time ${seconds}.${nanos} has no RFC 3339 form`);
      }
      return write(seconds, nanos);
    },
    zero: () => null,
  });
}

function instantOf(value: unknown): { seconds: number; nanos: number } {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) unwritable(value, 'a time');
  const seconds = Math.floor(milliseconds / 1000);
  const micros = /\.(\d{1,6})/.exec(String(value))?.[1];
  return { seconds, nanos: micros === undefined ? (milliseconds - seconds * 1000) * nanosPerMilli : Number(micros.padEnd(6, '0')) * 1000 };
}

const isoSeconds = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19);
const time = timeElement((seconds) => `${isoSeconds(seconds)}Z`);
const microTime = timeElement((seconds, nanos) => `${isoSeconds(seconds)}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`);

/** `Quantity {string = 1}`. */
const quantity = delimited({
  write: (value, writer) =>
    message(writer, () => {
      writer.string(typeof value === 'string' || typeof value === 'number' ? String(value) : unwritable(value, 'a quantity'));
      writer.tag(1, wire.delimited);
    }),
  read: (reader) => {
    let text = '0';
    fieldsOf(reader, {
      [delimitedTag(1)]: () => {
        text = reader.string();
      },
    });
    const canonical = canonicalQuantity(text === '' ? '0' : text);
    if (canonical === undefined) throw malformed(`${JSON.stringify(text)} is not a quantity`);
    return canonical;
  },
  zero: () => '0',
});

/** `Duration {duration = 1}`, in nanoseconds. */
const duration = delimited({
  write: (value, writer) =>
    message(writer, () => {
      writer.int((typeof value === 'string' ? durationNanoseconds(value) : undefined) ?? unwritable(value, 'a duration'));
      writer.tag(1, wire.varint);
    }),
  read: (reader) => {
    let nanoseconds = 0;
    fieldsOf(reader, {
      [varintTag(1)]: () => {
        nanoseconds = reader.int();
      },
    });
    return durationText(nanoseconds);
  },
  zero: () => '0s',
});

/** `IntOrString {type = 1 (0 number, 1 text), intVal = 2, strVal = 3}`, always all three. */
const intOrString = delimited({
  write: (value, writer) =>
    message(writer, () => {
      writer.string(typeof value === 'string' ? value : '');
      writer.tag(3, wire.delimited);
      writer.int(Number.isSafeInteger(value) ? (value as number) : typeof value === 'string' ? 0 : unwritable(value, 'a number or text'));
      writer.tag(2, wire.varint);
      writer.varint(typeof value === 'string' ? 1 : 0);
      writer.tag(1, wire.varint);
    }),
  read: (reader) => {
    const read = { isText: false, number: 0, text: '' };
    fieldsOf(reader, {
      [varintTag(1)]: () => {
        read.isText = reader.int() === 1;
      },
      [varintTag(2)]: () => {
        read.number = reader.int32();
      },
      [delimitedTag(3)]: () => {
        read.text = reader.string();
      },
    });
    return read.isText ? read.text : read.number;
  },
  zero: () => 0,
});

/** `{raw = 1}`, JSON text: RawExtension, FieldsV1 and any JSON value. */
function jsonElement(objectsOnly: boolean): Element {
  return delimited({
    write: (value, writer) =>
      message(writer, () => {
        writer.string(JSON.stringify(value) ?? 'null');
        writer.tag(1, wire.delimited);
      }),
    read: (reader) => {
      let value: unknown;
      fieldsOf(reader, {
        [delimitedTag(1)]: () => {
          const bytes = reader.bytes();
          if (bytes.length > 3 && bytes.toString('latin1', 0, 4) === 'k8s\0') {
            throw malformed('an embedded object must be sent as JSON, not as protobuf');
          }
          value = bytes.length === 0 ? undefined : (decodeJson(bytes).value ?? undefined);
        },
      });
      if (objectsOnly && value !== undefined && !isRecord(value)) throw malformed('an embedded object must be a JSON object');
      return value;
    },
    zero: () => (objectsOnly ? {} : null),
  });
}

const anyObject = jsonElement(true);
const anyJson = jsonElement(false);

interface SchemaAlternative {
  /** Field number of the schema itself. */
  schemaNumber: number;
  /** Reads the other form's field into `into`. */
  fields: (into: { other: unknown }, readSchema: (reader: WireReader) => unknown) => Fields;
  write: (value: unknown, writer: WireWriter, writeSchema: (value: unknown) => void) => void;
  zero: unknown;
}

/** A schema, or the other form that JSON Schema allows in its place. */
function schemaOr({ schemaNumber, fields, write, zero }: SchemaAlternative, { items = {} }: Schema, messages: Messages): Element {
  const readSchema = (reader: WireReader): Record<string, unknown> => reader.within(() => messages.read(items, reader, {}));
  return delimited({
    write: (value, writer) => {
      const writeSchema = (schema: unknown): void => message(writer, () => messages.write(items, schema, writer));
      message(writer, () => {
        if (isRecord(value)) {
          writeSchema(value);
          writer.tag(schemaNumber, wire.delimited);
        }
        write(value, writer, writeSchema);
      });
    },
    read: (reader) => {
      let schema: Record<string, unknown> | undefined;
      const into = { other: zero };
      fieldsOf(reader, {
        ...fields(into, readSchema),
        [delimitedTag(schemaNumber)]: () => {
          schema = readSchema(reader);
        },
      });
      return schema ?? into.other;
    },
    zero: () => zero,
  });
}

function appended(list: unknown, item: unknown): unknown[] {
  return Array.isArray(list) ? [...(list as unknown[]), item] : [item];
}

/** `{schema = 1, jSONSchemas = 2}` */
const orArray: SchemaAlternative = {
  schemaNumber: 1,
  zero: undefined,
  fields: (into, readSchema) => ({
    [delimitedTag(2)]: (reader) => {
      into.other = appended(into.other, readSchema(reader));
    },
  }),
  write: (value, writer, writeSchema) => {
    if (!Array.isArray(value)) return;
    for (const item of value.toReversed()) {
      writeSchema(item);
      writer.tag(2, wire.delimited);
    }
  },
};

/** `{allows = 1, schema = 2}`; a schema allows too. */
const orBool: SchemaAlternative = {
  schemaNumber: 2,
  zero: false,
  fields: (into) => ({
    [varintTag(1)]: (reader) => {
      into.other = reader.bool();
    },
  }),
  write: (value, writer) => {
    writer.varint(value === false ? 0 : 1);
    writer.tag(1, wire.varint);
  },
};

/** `{schema = 1, property = 2}` */
const orStringArray: SchemaAlternative = {
  schemaNumber: 1,
  zero: undefined,
  fields: (into) => ({
    [delimitedTag(2)]: (reader) => {
      into.other = appended(into.other, reader.string());
    },
  }),
  write: (value, writer) => {
    if (!Array.isArray(value)) return;
    for (const item of value.toReversed()) {
      writer.string(String(item));
      writer.tag(2, wire.delimited);
    }
  },
};

/** Undefined for a plain message. */
export function codedElement(schema: Schema, messages: Messages): Element | undefined {
  switch (schema.codec) {
    case undefined:
      return undefined;
    case 'time':
      return time;
    case 'microTime':
      return microTime;
    case 'quantity':
      return quantity;
    case 'duration':
      return duration;
    case 'intOrString':
      return intOrString;
    case 'rawExtension':
    case 'fieldsV1':
      return anyObject;
    case 'json':
      return anyJson;
    case 'schemaOrArray':
      return schemaOr(orArray, schema, messages);
    case 'schemaOrBool':
      return schemaOr(orBool, schema, messages);
    case 'schemaOrStringArray':
      return schemaOr(orStringArray, schema, messages);
  }
}
