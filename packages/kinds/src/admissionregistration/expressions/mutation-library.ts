/** What expressions of mutating policies make: `Object{…}`, whatever its fields, and `JSONPatch{…}`. */
import {
  declare,
  type DeclaredField,
  type DeclaredType,
  type Library,
  MapValue,
  ObjectValue,
  ListValue,
  toJson,
  types,
  unescapePropertyName,
  type Value,
} from '@kajitori/cel';

export const objectTypeName = 'Object';
export const jsonPatchTypeName = 'JSONPatch';

/** Every field there is, of any type: only the schema of the object that is changed knows better, and it checks the result. */
class AnyFields extends Map<string, DeclaredField> {
  override get(name: string): DeclaredField {
    return { property: unescapePropertyName(name) ?? name, type: declare.dyn };
  }
  override has(): boolean {
    return true;
  }
}

const text = declare.string();
const jsonPatch = declare.object(
  jsonPatchTypeName,
  new Map([
    ['op', { property: 'op', type: text }],
    ['path', { property: 'path', type: text }],
    ['from', { property: 'from', type: text }],
    ['value', { property: 'value', type: declare.dyn }],
  ]),
);

/** `Object`, `Object.spec`, `Object.spec.template`: each is a type. */
export function mutationType(name: string): DeclaredType | undefined {
  if (name === jsonPatchTypeName) return jsonPatch;
  if (name !== objectTypeName && !name.startsWith(`${objectTypeName}.`)) return undefined;
  return declare.object(name, new AnyFields());
}

export const jsonPatchLibrary: Library = {
  name: 'kubernetes.jsonpatch',
  functions: [
    {
      name: 'jsonpatch.escapeKey',
      overloads: [
        {
          id: 'string_jsonpatch_escapeKey_string',
          member: false,
          args: [types.string],
          result: types.string,
          evaluate: (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1'),
        },
      ],
    },
  ],
};

/** What an expression made as JSON: its fields by the names that the API knows. */
export function madeJson(value: Value): unknown {
  if (value instanceof ListValue) return Array.from({ length: value.size }, (_, at) => madeJson(value.at(at)));
  if (value instanceof MapValue) {
    return Object.fromEntries(
      Array.from(value.keys(), (key) => [typeof key === 'string' ? key : JSON.stringify(toJson(key)), madeJson(value.get(key) ?? null)]),
    );
  }
  if (!(value instanceof ObjectValue)) return toJson(value);
  return Object.fromEntries(Array.from(value.names(), (name) => [unescapePropertyName(name) ?? name, madeJson(value.get(name) ?? null)]));
}
