/**
 * A CEL type together with what a schema knows beyond it: the JSON property behind each field, and how large a value may
 * become, which is what cost estimates are made of. Variables are declared with these.
 */
import { type Type, types } from './type.ts';

export interface DeclaredType {
  readonly type: Type;
  /** Most code points of a string, bytes of bytes, items of a list, entries of a map; absent when nothing bounds it. */
  readonly elementsMax?: number;
  /** The fewest bytes that a value takes in JSON: bounds how many fit into a request. */
  readonly serializedBytesMin: number;
  /** Items of a list, values of a map. */
  readonly items?: DeclaredType;
  /** Fields of an object by their names in CEL. */
  readonly fields?: ReadonlyMap<string, DeclaredField>;
  /** Lists of these types are equal whatever their order, and adding merges them. */
  readonly listType?: 'set' | 'map';
  /** The properties that identify an item of a list of type `map`. */
  readonly listMapKeys?: readonly string[];
  /** Null is a value of its own, not absence. */
  readonly nullable?: boolean;
}

export interface DeclaredField {
  /** The property of the JSON object, unescaped. */
  readonly property: string;
  readonly type: DeclaredType;
}

/** The largest request body that Kubernetes accepts, in bytes: whatever is not bounded by a schema is by this. */
export const requestBytesMax = 3 * 1024 * 1024;

/** A string's quotes, or a collection's brackets. */
const delimiterBytes = 2;
/** The quotes, colon, comma and least name of a map's entry. */
const mapEntryBytes = 6;

/**
 * Makes declared types. Sizes are optional: without one, what fits into a request is the bound, by the fewest bytes that an
 * item takes. A string's bound is counted in bytes, of which a code point may have four.
 */
export const declare = {
  /** A type about whose size nothing is known: what functions give, `dyn`, quantities. */
  of: (type: Type): DeclaredType => ({ type, serializedBytesMin: 1 }),
  bool: { type: types.bool, serializedBytesMin: 4 } satisfies DeclaredType as DeclaredType,
  int: { type: types.int, serializedBytesMin: 1 } satisfies DeclaredType as DeclaredType,
  uint: { type: types.uint, serializedBytesMin: 1 } satisfies DeclaredType as DeclaredType,
  double: { type: types.double, serializedBytesMin: 1 } satisfies DeclaredType as DeclaredType,
  dyn: { type: types.dyn, serializedBytesMin: 1 } satisfies DeclaredType as DeclaredType,
  timestamp: { type: types.timestamp, elementsMax: 32, serializedBytesMin: 21 } satisfies DeclaredType as DeclaredType,
  duration: { type: types.duration, elementsMax: 32, serializedBytesMin: 3 } satisfies DeclaredType as DeclaredType,
  string: (codePointsMax?: number): DeclaredType => ({
    type: types.string,
    elementsMax: codePointsMax === undefined ? requestBytesMax - delimiterBytes : Math.max(0, codePointsMax) * 4,
    serializedBytesMin: 2,
  }),
  bytes: (elementsMax = requestBytesMax - delimiterBytes): DeclaredType => ({ type: types.bytes, elementsMax, serializedBytesMin: 2 }),
  list: (
    items: DeclaredType,
    elementsMax = Math.floor((requestBytesMax - delimiterBytes) / (items.serializedBytesMin + 1)),
  ): DeclaredType => ({
    type: types.list(items.type),
    items,
    elementsMax,
    serializedBytesMin: 2,
  }),
  map: (
    items: DeclaredType,
    elementsMax = Math.floor((requestBytesMax - delimiterBytes) / (items.serializedBytesMin + mapEntryBytes)),
  ): DeclaredType => ({
    type: types.map(types.string, items.type),
    items,
    elementsMax,
    serializedBytesMin: 2,
  }),
  /** `fields` by their names in CEL. Add the bytes of required fields to `serializedBytesMin` for a closer bound. */
  object: objectType,
};

function objectType(name: string, fields: ReadonlyMap<string, DeclaredField>, serializedBytesMin = 2): DeclaredType {
  return { type: types.object(name), fields, serializedBytesMin };
}
