import { type Field, type Fields, list, type NamedType, object, type ObjectOptions, ref, string } from '@kajitori/schema';
import { ListMeta } from './list-meta.ts';
import { ObjectMeta } from './object-meta.ts';

type FieldsOf<F extends Fields> = ReturnType<typeof object<F>>['valueType'];

/** What every object of the API has, required in TypeScript because no stored object lacks it. */
export interface TopLevel {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

const apiVersion = string().describe('APIVersion defines the version of the schema in which the object is written, as GROUP/VERSION.');
const kind = string().describe('What the object is, in CamelCase.');

type Flat<T> = { [K in keyof T]: T[K] };

/**
 * A kind's own type: `apiVersion`, `kind` and `metadata` beside the fields given. In protobuf the first two travel in
 * the envelope, so they carry no number.
 */
export function topLevel<F extends Fields>(
  name: string,
  fields: F,
  options: ObjectOptions = {},
): NamedType<Flat<TopLevel & Omit<FieldsOf<F>, keyof TopLevel>>> {
  const type = object(
    name,
    { apiVersion, kind, metadata: ref(1, () => ObjectMeta).describe("Standard object's metadata: name, labels and the like."), ...fields },
    options,
  );
  // `object` cannot know that decoding supplies what clients may leave away.
  return type as unknown as NamedType<Flat<TopLevel & Omit<FieldsOf<F>, keyof TopLevel>>>;
}

const lists = new WeakMap<NamedType<unknown>, NamedType<ListOf<unknown>>>();

export interface ListOf<T> {
  apiVersion: string;
  kind: string;
  metadata: ListMeta;
  items: T[];
}

/** The list type of a kind (`PodList` of `Pod`); the same one every time. */
export function listTypeOf<T>(item: NamedType<T>): NamedType<ListOf<T>> {
  let made = lists.get(item);
  if (made === undefined) {
    const items: Field<unknown[], true> = list<unknown>(2, () => item).required();
    made = object(`${item.name}List`, {
      apiVersion: string(),
      kind: string(),
      metadata: ref(1, () => ListMeta),
      items,
    }) as unknown as NamedType<ListOf<unknown>>;
    lists.set(item, made);
  }
  // Keyed by the item's type, so the list is of that type.
  return made as NamedType<ListOf<T>>;
}
