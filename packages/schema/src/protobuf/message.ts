import type { ProtoField, Schema } from '../schema.ts';
import { type Compiled, compileOnce, isMap, isRecord, lazily, put } from '../walk/compiled.ts';
import { codedElement } from './coded-element.ts';
import { type Element, scalarElements, unwritable } from './element.ts';
import { malformed, type WireReader, wire } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/**
 * A message of fields, as Go's structs are: JSON's own keys, numbers from the schema, and messages in between that JSON
 * inlines (`within`).
 *
 * Zero values. Go's encoder writes every scalar that is not a pointer, zero or not, and its JSON leaves away those that
 * are optional. So a zero that arrives is absence, unless the field is required or `keepsZero`: the same rule by which
 * `normalize` reads JSON. A list or map has no form when it is empty: one that is required is there, any other is not.
 */

interface FieldPlan {
  kind: 'field';
  number: number;
  key: string;
  shape: 'one' | 'list' | 'map';
  element: () => Element;
  dropsZero: boolean;
  required: boolean;
}

interface InlinePlan {
  kind: 'inline';
  number: number;
  fields: (FieldPlan | InlinePlan)[];
  byNumber: Map<number, FieldPlan | InlinePlan>;
}

type MessagePlan = Pick<InlinePlan, 'fields' | 'byNumber'> & { empty: { key: string; shape: 'list' | 'map' }[] };

const planOf: Compiled<MessagePlan> = compileOnce<MessagePlan>((schema) => {
  const root: MessagePlan = { fields: [], byNumber: new Map(), empty: [] };
  const { properties = {}, required = [] } = schema;
  for (const key of Object.keys(properties)) {
    const field = properties[key] ?? {};
    if (field.proto === undefined) continue;
    const plan = fieldPlan(key, field, required.includes(key));
    let parent: Pick<InlinePlan, 'fields' | 'byNumber'> = root;
    for (const number of field.proto.within ?? []) parent = inlineIn(parent, number);
    addTo(parent, plan);
    if (plan.required && plan.shape !== 'one') root.empty.push({ key, shape: plan.shape });
  }
  return root;
});

function fieldPlan(key: string, schema: Schema, required: boolean): FieldPlan {
  const { number = 0, type = 'string' } = schema.proto ?? {};
  const shape = schema.type === 'array' ? 'list' : isMap(schema) ? 'map' : 'one';
  const value = shape === 'list' ? schema.items : shape === 'map' ? (schema.additionalProperties as Schema) : schema;
  const dropsZero = shape === 'one' && type !== 'message' && !required && schema.keepsZero !== true;
  return { kind: 'field', number, key, shape, element: lazily(() => elementOf(type, value ?? {})), dropsZero, required };
}

function inlineIn(parent: Pick<InlinePlan, 'fields' | 'byNumber'>, number: number): InlinePlan {
  const known = parent.byNumber.get(number);
  if (known?.kind === 'inline') return known;
  const made: InlinePlan = { kind: 'inline', number, fields: [], byNumber: new Map() };
  addTo(parent, made);
  return made;
}

/** Descending, as the writer wants them. */
function addTo(parent: Pick<InlinePlan, 'fields' | 'byNumber'>, plan: FieldPlan | InlinePlan): void {
  parent.byNumber.set(plan.number, plan);
  parent.fields.push(plan);
  parent.fields.sort((a, b) => b.number - a.number);
}

/** The element of a field's value, of a list's items or of a map's values; `schema` is theirs. */
function elementOf(type: ProtoField['type'], schema: Schema): Element {
  if (type !== 'message') return scalarElements[type];
  return codedElement(schema, { read: readMessage, write: writeMessage }) ?? messageElement(schema);
}

function messageElement(schema: Schema): Element {
  return {
    wireType: wire.delimited,
    write: (value, writer) => {
      const start = writer.length;
      writeMessage(schema, value, writer);
      writer.varint(writer.length - start);
    },
    read: (reader, before) => reader.within(() => readMessage(schema, reader, isRecord(before) ? before : {})),
    zero: () => complete(planOf(schema), {}),
  };
}

export function writeMessage(schema: Schema, value: unknown, writer: WireWriter): void {
  if (!isRecord(value)) unwritable(value, 'an object');
  writeFields(planOf(schema).fields, value, writer);
}

function writeFields(fields: readonly (FieldPlan | InlinePlan)[], object: Record<string, unknown>, writer: WireWriter): void {
  for (const plan of fields) {
    if (plan.kind === 'inline') {
      const start = writer.length;
      writeFields(plan.fields, object, writer);
      if (writer.length === start) continue;
      writer.varint(writer.length - start);
      writer.tag(plan.number, wire.delimited);
    } else if (Object.hasOwn(object, plan.key)) writeField(plan, object[plan.key], writer);
  }
}

function writeField({ number, shape, element }: FieldPlan, value: unknown, writer: WireWriter): void {
  if (value === undefined || value === null) return;
  const { wireType, write, zero } = element();
  if (shape === 'one') {
    write(value, writer);
    writer.tag(number, wireType);
  } else if (shape === 'list') {
    if (!Array.isArray(value)) unwritable(value, 'a list');
    for (let at = value.length - 1; at >= 0; at -= 1) {
      write(value[at] ?? zero(), writer);
      writer.tag(number, wireType);
    }
  } else {
    if (!isRecord(value)) unwritable(value, 'an object');
    for (const key of Object.keys(value).sort().reverse()) {
      const start = writer.length;
      write(value[key] ?? zero(), writer);
      writer.tag(2, wireType);
      writer.string(key);
      writer.tag(1, wire.delimited);
      writer.varint(writer.length - start);
      writer.tag(number, wire.delimited);
    }
  }
}

export function readMessage(schema: Schema, reader: WireReader, target: Record<string, unknown>): Record<string, unknown> {
  const plan = planOf(schema);
  readFields(plan.byNumber, reader, target);
  return complete(plan, target);
}

function complete({ empty }: MessagePlan, target: Record<string, unknown>): Record<string, unknown> {
  for (const { key, shape } of empty) if (target[key] === undefined) target[key] = shape === 'list' ? [] : {};
  return target;
}

function readFields(byNumber: InlinePlan['byNumber'], reader: WireReader, target: Record<string, unknown>): void {
  while (!reader.done) {
    const tag = reader.tag();
    const wireType = tag % 8;
    const plan = byNumber.get(Math.floor(tag / 8));
    if (plan === undefined) reader.skip(wireType);
    else if (plan.kind === 'inline') {
      if (wireType !== wire.delimited) throw wrongWireType(wireType, `field ${plan.number}`);
      reader.within(() => readFields(plan.byNumber, reader, target));
    } else readField(plan, wireType, reader, target);
  }
}

function readField(plan: FieldPlan, wireType: number, reader: WireReader, target: Record<string, unknown>): void {
  const { key, shape } = plan;
  const element = plan.element();
  if (shape === 'one') {
    if (wireType !== element.wireType) throw wrongWireType(wireType, key);
    const value = element.read(reader, target[key]);
    if (value === undefined || (plan.dropsZero && (value === '' || value === 0 || value === false))) delete target[key];
    else target[key] = value;
  } else if (shape === 'list') readItem(element, wireType, reader, listIn(target, key));
  else {
    if (wireType !== wire.delimited) throw wrongWireType(wireType, key);
    reader.within(() => readEntry(element, key, reader, mapIn(target, key)));
  }
}

/** Scalars may come one by one or packed. */
function readItem(element: Element, wireType: number, reader: WireReader, list: unknown[]): void {
  if (wireType === element.wireType) list.push(element.read(reader, undefined) ?? null);
  else if (wireType === wire.delimited) {
    reader.within(() => {
      while (!reader.done) list.push(element.read(reader, undefined));
    });
  } else throw wrongWireType(wireType, 'a list item');
}

function readEntry(element: Element, field: string, reader: WireReader, map: Record<string, unknown>): void {
  let key = '';
  let value: unknown;
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 8 + wire.delimited) key = reader.string();
    else if (Math.floor(tag / 8) === 2) {
      if (tag % 8 !== element.wireType) throw wrongWireType(tag % 8, field);
      value = element.read(reader, value);
    } else reader.skip(tag % 8);
  }
  put(map, key, value ?? element.zero());
}

function listIn(target: Record<string, unknown>, key: string): unknown[] {
  const list = target[key];
  if (Array.isArray(list)) return list;
  const made: unknown[] = [];
  target[key] = made;
  return made;
}

function mapIn(target: Record<string, unknown>, key: string): Record<string, unknown> {
  const map = target[key];
  if (isRecord(map)) return map;
  const made: Record<string, unknown> = {};
  target[key] = made;
  return made;
}

function wrongWireType(wireType: number, field: string): Error {
  return malformed(`wrong wireType = ${wireType} for field ${field}`);
}
