import type { Codec, ProtoField, Schema } from './schema.ts';

/**
 * Writes built-in types so that schema, protobuf numbers and the TypeScript type are one text:
 *
 *     export const ServicePort = object('io.k8s.api.core.v1.ServicePort', {
 *       name: string(1),
 *       protocol: string(2).default('TCP'),
 *       port: int32(3).required(),
 *       targetPort: ref(4, () => IntOrString),
 *     });
 *     export type ServicePort = Infer<typeof ServicePort>;
 *
 * The number is the field's in Kubernetes' protobuf encoding; a type without one (a list's item, a map's value) leaves it away.
 */
export class Field<T, Required extends boolean = false> {
  declare readonly valueType: T;
  declare readonly isRequired: Required;
  readonly #schema: () => Schema;
  readonly mandatory: boolean;

  constructor(schema: () => Schema, mandatory: boolean) {
    this.#schema = schema;
    this.mandatory = mandatory;
  }

  get schema(): Schema {
    return this.#schema();
  }

  /** The field must be present; the API answers "Required value" otherwise. */
  required(): Field<T, true> {
    return new Field<T, true>(this.#schema, true);
  }

  /** Set when the field is absent. */
  default(value: T): Field<T, Required> {
    return this.with({ default: value });
  }

  /** Only these values are accepted; others answer "Unsupported value". */
  enum<const V extends T & string>(...values: V[]): Field<V, Required> {
    return this.with({ enum: values }) as unknown as Field<V, Required>;
  }

  /** Kubernetes holds this structure by value: absent, it becomes `{}`, and its own defaults apply. */
  byValue(): Field<T, Required> {
    return this.with({ default: {} });
  }

  /** Held by value, and TypeScript may rely on it, since no stored object lacks it; a client need not write it. */
  always(): Field<T, true> {
    return new Field<T, true>(this.byValue().#schema, this.mandatory);
  }

  /** An optional scalar whose zero is not the same as its absence (Go holds a pointer): `replicas: 0`. */
  keepsZero(): Field<T, Required> {
    return this.with({ keepsZero: true });
  }

  describe(description: string): Field<T, Required> {
    return this.with({ description });
  }

  /** `x-kubernetes-list-type: map` on these keys. */
  mapBy(...keys: string[]): Field<T, Required> {
    return this.with({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
  }

  set(): Field<T, Required> {
    return this.with({ 'x-kubernetes-list-type': 'set' });
  }

  atomic(): Field<T, Required> {
    return this.with({ 'x-kubernetes-list-type': 'atomic' });
  }

  atomicMap(): Field<T, Required> {
    return this.with({ 'x-kubernetes-map-type': 'atomic' });
  }

  /** Strategic merge patch: `merge` (by the key, for lists of objects), `replace` or `retainKeys`, comma-separated. */
  patch(strategy: string, mergeKey?: string): Field<T, Required> {
    return this.with({
      'x-kubernetes-patch-strategy': strategy,
      ...(mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }),
    });
  }

  /** Adds any other keyword of the schema language. */
  with(keywords: Partial<Schema>): Field<T, Required> {
    const before = this.#schema;
    return new Field<T, Required>(() => ({ ...before(), ...keywords }), this.mandatory);
  }
}

export type AnyField = Field<unknown, boolean>;
export type Fields = Record<string, AnyField>;

type Flat<T> = { [K in keyof T]: T[K] };
type ObjectOf<F extends Fields> = Flat<
  { [K in keyof F as F[K]['isRequired'] extends true ? K : never]: F[K]['valueType'] } & {
    [K in keyof F as F[K]['isRequired'] extends true ? never : K]?: F[K]['valueType'];
  }
>;

/** A named type: a message of fields, or (with a codec) a value of its own encoding. */
export class NamedType<T> {
  declare readonly valueType: T;
  readonly name: string;
  readonly #make: () => Schema;
  #made: Schema | undefined;

  constructor(name: string, make: () => Schema) {
    this.name = name;
    this.#make = make;
  }

  /** The same Schema object as long as it is in use: walks are compiled once for it. */
  get schema(): Schema {
    if (this.#made === undefined) {
      this.#made = { ...this.#make(), typeName: this.name };
      this.#made.definition = this.#made;
    }
    return this.#made;
  }
}

/**
 * A type whose schema a tenant wrote: structural, and without a name inside it. The schema comes from whoever keeps it (a bounded
 * pool), so that it may be forgotten while the type lives.
 */
export class StructuralType<T> extends NamedType<T> {
  readonly #find: () => Schema;

  constructor(name: string, find: () => Schema) {
    super(name, find);
    this.#find = find;
  }

  override get schema(): Schema {
    return this.#find();
  }
}

/** The TypeScript type of a named type or a field. */
export type Infer<T extends { valueType: unknown }> = T['valueType'];

export interface ObjectOptions {
  description?: string;
  /** `x-kubernetes-map-type: atomic`: server-side apply owns it as a whole. */
  atomic?: boolean;
  extensions?: Partial<Schema>;
}

export function object<F extends Fields>(name: string, fields: F, options: ObjectOptions = {}): NamedType<ObjectOf<F>> {
  return new NamedType<ObjectOf<F>>(name, () => {
    const required = Object.keys(fields).filter((key) => fields[key]?.mandatory === true);
    return {
      type: 'object',
      ...(options.description === undefined ? {} : { description: options.description }),
      properties: lazyProperties(fields),
      ...(required.length === 0 ? {} : { required }),
      ...(options.atomic === true ? { 'x-kubernetes-map-type': 'atomic' as const } : {}),
      ...options.extensions,
    };
  });
}

/** Types may refer to each other in circles, so a property's schema is made when it is first read, and once. */
function lazyProperties(fields: Fields): Record<string, Schema> {
  const properties: Record<string, Schema> = {};
  for (const [key, field] of Object.entries(fields)) {
    Object.defineProperty(properties, key, {
      configurable: true,
      enumerable: true,
      get(): Schema {
        const { schema } = field;
        Object.defineProperty(properties, key, { value: schema, enumerable: true });
        return schema;
      },
    });
  }
  return properties;
}

/** A named type with an encoding of its own. */
export function coded<T>(name: string, codec: Codec, schema: Schema): NamedType<T> {
  return new NamedType<T>(name, () => ({ ...schema, codec }));
}

const proto = (number: number | undefined, type: ProtoField['type']): Partial<Schema> =>
  number === undefined ? {} : { proto: { number, type } };

function scalar<T>(number: number | undefined, type: ProtoField['type'], schema: Schema): Field<T> {
  return new Field<T>(() => ({ ...schema, ...proto(number, type) }), false);
}

export const string = (number?: number): Field<string> => scalar(number, 'string', { type: 'string' });
/** Base64 in JSON. */
export const bytes = (number?: number): Field<string> => scalar(number, 'bytes', { type: 'string', format: 'byte' });
export const boolean = (number?: number): Field<boolean> => scalar(number, 'bool', { type: 'boolean' });
export const int32 = (number?: number): Field<number> => scalar(number, 'int32', { type: 'integer', format: 'int32' });
export const int64 = (number?: number): Field<number> => scalar(number, 'int64', { type: 'integer', format: 'int64' });
export const double = (number?: number): Field<number> => scalar(number, 'double', { type: 'number', format: 'double' });

/** A field of a named type. The thunk allows circles. */
export function ref<T>(number: number | undefined, type: () => NamedType<T>): Field<T> {
  return new Field<T>(() => ({ ...type().schema, ...proto(number, 'message') }), false);
}

/** A list of scalars or of a named type. */
export function list<T>(number: number | undefined, items: Field<T> | (() => NamedType<T>)): Field<T[]> {
  return new Field<T[]>(() => ({ type: 'array', items: valueSchema(items), ...proto(number, valueProto(items)) }), false);
}

/** A map from strings to scalars or to a named type. */
export function map<T>(number: number | undefined, values: Field<T> | (() => NamedType<T>)): Field<Record<string, T>> {
  return new Field<Record<string, T>>(
    () => ({ type: 'object', additionalProperties: valueSchema(values), ...proto(number, valueProto(values)) }),
    false,
  );
}

/**
 * Fields that JSON writes beside their siblings but protobuf keeps in a message of its own, which is field `number` here:
 * the sources of a Volume, the handler of a Probe. Nests.
 */
export function inline<F extends Fields>(number: number, fields: F): F {
  const within = (field: AnyField): AnyField =>
    new Field(() => {
      const { schema } = field;
      if (schema.proto === undefined) throw new TypeError(`an inlined field needs a protobuf number of its own`);
      return { ...schema, proto: { ...schema.proto, within: [number, ...(schema.proto.within ?? [])] } };
    }, field.mandatory);
  // Each field keeps its type; only its number moves one message down.
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, within(field)])) as F;
}

function valueSchema<T>(values: Field<T> | (() => NamedType<T>)): Schema {
  return values instanceof Field ? values.schema : values().schema;
}

function valueProto<T>(values: Field<T> | (() => NamedType<T>)): ProtoField['type'] {
  if (!(values instanceof Field)) return 'message';
  const { type, format, items } = values.schema;
  if (type === 'boolean') return 'bool';
  if (type === 'integer') return format === 'int64' ? 'int64' : 'int32';
  if (type === 'number') return 'double';
  // metav1's ExtraValue and the like: a map of string lists.
  if (type === 'array' && items !== undefined) return 'stringList';
  return format === 'byte' ? 'bytes' : 'string';
}
