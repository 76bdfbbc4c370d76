import { apiVersionOf, type KubeObject } from '@kajitori/apimachinery';
import { type Kind, listTypeOf } from '@kajitori/kinds';
import { encodeEnvelope, encodeProtobuf, type NamedType } from '@kajitori/schema';
import { stringify } from 'yaml';
import type { Item } from '../registry/item.ts';
import type { ItemPage } from '../registry/read.ts';
import type { Representation } from './media-type.ts';
import { PartialObjectMetadata } from './partial-object-metadata.ts';
import { type IncludeObject, partialOf, tableOf } from './table.ts';

export interface EncodeOptions {
  representation: Representation;
  includeObject: IncludeObject;
  now: Date;
}

/** The body of an answer with one object. */
export function encodeItem(item: Item, { representation, includeObject, now }: EncodeOptions): string | Uint8Array {
  const { kind } = item;
  const version = item.revision === undefined ? {} : { resourceVersion: String(item.revision) };
  if (representation.as === 'table') return JSON.stringify(tableOf(kind, [item], version, { includeObject, now }));
  if (representation.as === 'partial') return encodeValue(partialOf(item.object), PartialObjectMetadata, representation);
  return representation.encoding === 'json' ? item.json : encodeValue(item.object, kind.schema, representation);
}

/** The body of an answer with a collection. Stored texts are joined, not parsed, where nothing has to change. */
export function encodePage(kind: Kind, page: ItemPage, { representation, includeObject, now }: EncodeOptions): string | Uint8Array {
  const { items, ...rest } = page;
  const metadata = JSON.parse(JSON.stringify(rest)) as Record<string, unknown>;
  if (representation.as === 'table') return JSON.stringify(tableOf(kind, items, metadata, { includeObject, now }));
  if (representation.as === 'partial') {
    const list = {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      items: items.map((item) => partialOf(item.object)),
    };
    return encodeValue(list, listTypeOf(PartialObjectMetadata), representation);
  }
  const head = { kind: kind.listKind ?? `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata };
  if (representation.encoding === 'json')
    return `${JSON.stringify(head).slice(0, -1)},"items":[${items.map((item) => item.json).join(',')}]}`;
  const list = { ...head, items: items.map((item) => item.object) };
  return encodeValue(list, listTypeOf(kind.schema), representation);
}

/** A value of a type in an encoding. */
export function encodeValue(
  value: KubeObject,
  type: NamedType<unknown>,
  { encoding }: Pick<Representation, 'encoding'>,
): string | Uint8Array {
  if (encoding === 'yaml') return yamlOf(value);
  if (encoding === 'protobuf') return encodeProtobufObject(value, type);
  return JSON.stringify(value);
}

export function encodeProtobufObject(value: KubeObject, type: NamedType<unknown>): Uint8Array {
  return encodeEnvelope(value.apiVersion, value.kind, encodeProtobuf(type.schema, value));
}

/** More than this stays in the style of JSON, which is YAML too and is written a hundred times faster. */
const yamlCharactersMax = 32 * 1024;

function yamlOf(value: KubeObject): string {
  const json = JSON.stringify(value);
  return json.length > yamlCharactersMax ? json : stringify(value, { aliasDuplicateObjects: false });
}
