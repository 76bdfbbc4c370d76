/**
 * JSON as values and back. Binding converts nothing at once: objects, maps and lists become views that convert what is
 * read, because a rule reads little of an object. Only an object's own properties are seen, so no name reaches JavaScript's
 * prototypes.
 */
import { EvaluationError } from '../errors.ts';
import type { DeclaredField, DeclaredType } from '../types/declared-type.ts';
import { declare } from '../types/declared-type.ts';
import type { Type } from '../types/type.ts';
import { FieldsObject } from './fields-object.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from './instants.ts';
import { itemsOf } from './lists.ts';
import {
  Double,
  Duration,
  type ListKeying,
  ListValue,
  MapValue,
  ObjectValue,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.ts';

type Json = Readonly<Record<string, unknown>>;

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/**
 * JSON as a value of the declared type. What does not fit its declaration fails when it is read.
 * @throws {EvaluationError} the JSON itself does not fit the type
 */
export function bindJson(declared: DeclaredType, json: unknown): Value {
  if (json === null || json === undefined) return null;
  switch (declared.type.kind) {
    case 'bool':
      if (typeof json === 'boolean') return json;
      break;
    case 'int':
      if (typeof json === 'number' && Number.isSafeInteger(json)) return json + 0;
      if (typeof json === 'number' && Number.isInteger(json)) return BigInt(json);
      break;
    case 'uint':
      if (typeof json === 'number' && Number.isInteger(json) && json >= 0) return new Uint(BigInt(json));
      break;
    case 'double':
      if (typeof json === 'number') return new Double(json);
      break;
    case 'string':
      if (typeof json === 'string') return json;
      break;
    case 'object':
      if (isObject(json)) return new JsonObject(declared, json);
      break;
    case 'list':
      if (Array.isArray(json)) return new JsonList(declared, json);
      break;
    case 'map':
      if (isObject(json)) return new JsonMap(declared.items ?? declare.dyn, json);
      break;
    case 'dyn':
    case 'any':
      return bindDynamic(json);
    default:
      if (typeof json === 'string') return bindText(declared.type, json);
  }
  throw new EvaluationError(`invalid data, expected ${declared.type.name}, got ${Array.isArray(json) ? 'array' : typeof json}`);
}

const dynamicList = declare.list(declare.dyn);

function bindDynamic(json: unknown): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
      return json;
    case 'number':
      if (Number.isSafeInteger(json)) return json + 0;
      return Number.isInteger(json) && Math.abs(json) < 2 ** 63 ? BigInt(json) : new Double(json);
    default:
      return Array.isArray(json) ? new JsonList(dynamicList, json) : new JsonMap(declare.dyn, json as Json);
  }
}

function bindText(type: Type, text: string): Value {
  switch (type.kind) {
    case 'bytes':
      return Buffer.from(text, 'base64');
    case 'timestamp': {
      const timestamp = parseTimestamp(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text.toUpperCase());
      if (timestamp === undefined) throw new EvaluationError(`Invalid date-time formatted string ${text}`);
      return timestamp;
    }
    case 'duration': {
      const duration = parseDuration(text);
      if (duration === undefined) throw new EvaluationError(`Invalid duration ${text}`);
      return duration;
    }
    default:
      throw new EvaluationError(`invalid data, expected ${type.name}, got string`);
  }
}

export class JsonObject extends ObjectValue {
  readonly declared: DeclaredType;
  readonly json: Json;

  constructor(declared: DeclaredType, json: Json) {
    super();
    this.declared = declared;
    this.json = json;
  }

  get type(): Type {
    return this.declared.type;
  }

  get(name: string): Value | undefined {
    const field = this.declared.fields?.get(name);
    return field === undefined ? undefined : this.read(field);
  }

  has(name: string): boolean {
    const field = this.declared.fields?.get(name);
    return field !== undefined && Object.hasOwn(this.json, field.property) && this.json[field.property] !== undefined;
  }

  *names(): Iterable<string> {
    for (const [name] of this.declared.fields ?? []) if (this.has(name)) yield name;
  }

  /** The value of a field of this object's type. */
  read(field: DeclaredField): Value | undefined {
    if (!Object.hasOwn(this.json, field.property)) return undefined;
    const json = this.json[field.property];
    return json === undefined ? undefined : bindJson(field.type, json);
  }
}

class JsonMap extends MapValue {
  private readonly items: DeclaredType;
  private readonly json: Json;
  private keyList: string[] | undefined;

  constructor(items: DeclaredType, json: Json) {
    super();
    this.items = items;
    this.json = json;
  }

  get size(): number {
    return this.ownKeys().length;
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.json, key)) return undefined;
    const json = this.json[key];
    return json === undefined ? undefined : bindJson(this.items, json);
  }

  keys(): Iterable<Value> {
    return this.ownKeys();
  }

  private ownKeys(): string[] {
    return (this.keyList ??= Object.keys(this.json));
  }
}

class JsonList extends ListValue {
  private readonly declared: DeclaredType;
  private readonly json: readonly unknown[];

  constructor(declared: DeclaredType, json: readonly unknown[]) {
    super();
    this.declared = declared;
    this.json = json;
  }

  get size(): number {
    return this.json.length;
  }

  get keying(): ListKeying | undefined {
    const { listType, listMapKeys = [] } = this.declared;
    if (listType === 'set') return { type: 'set', keyOf: (item) => JSON.stringify(toJson(item)) };
    if (listType === 'map') return { type: 'map', keyOf: (item) => mapKeyOf(item, listMapKeys) };
    return undefined;
  }

  at(index: number): Value {
    return bindJson(this.declared.items ?? declare.dyn, this.json[index]);
  }
}

function mapKeyOf(item: Value, properties: readonly string[]): string {
  const json = item instanceof JsonObject ? item.json : (toJson(item) as Json);
  return JSON.stringify(properties.map((property) => (Object.hasOwn(json, property) ? json[property] : null)));
}

/**
 * A value as JSON: bytes in base64, timestamps in RFC 3339, durations in seconds.
 * @throws {EvaluationError} the value has no form in JSON, as a type or an authorizer has none
 */
export function toJson(value: Value): unknown {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? Number(value) : value;
  if (value instanceof Double) return value.value;
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof JsonObject) return value.json;
  if (value instanceof ListValue) return Array.from(itemsOf(value), toJson);
  if (value instanceof MapValue) return jsonOfEntries(value);
  if (value instanceof ObjectValue) return jsonOfFields(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof OptionalValue && value.value !== undefined) return toJson(value.value);
  const { name } = value instanceof OpaqueValue || value instanceof TypeValue ? value.type : { name: 'optional.none()' };
  throw new EvaluationError(`unsupported conversion to JSON: ${name}`);
}

function jsonOfEntries(map: MapValue): unknown {
  const entries: [string, unknown][] = [];
  for (const key of map.keys()) {
    if (typeof key !== 'string') throw new EvaluationError('unsupported conversion to JSON: a map whose keys are no strings');
    entries.push([key, toJson(map.get(key) as Value)]);
  }
  return Object.fromEntries(entries);
}

function jsonOfFields(object: ObjectValue): unknown {
  const propertyOf = (name: string): string => (object instanceof FieldsObject ? object.property(name) : name);
  return Object.fromEntries(Array.from(object.names(), (name) => [propertyOf(name), toJson(object.get(name) as Value)]));
}
