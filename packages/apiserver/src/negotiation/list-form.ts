import { apiVersionOf, type KubeObject } from '@kajitori/apimachinery';
import { type Kind, listTypeOf } from '@kajitori/kinds';
import { encodeProtobuf, envelopeAround, type NamedType } from '@kajitori/schema';
import type { ItemPart } from '../registry/read.ts';
import type { EncodeOptions } from './encode.ts';
import { PartialObjectMetadata } from './partial-object-metadata.ts';
import { partialOf, tableColumns, tableRow } from './table.ts';

/** How a collection is written piece by piece, in order. The pieces together are what `encodePage` would have written at once, in meaning. */
export interface ListForm {
  /** About how much of the stored texts makes one piece: what has to be parsed comes in smaller ones, for the process does nothing else meanwhile. */
  bytesMax: number;
  /** `isFirst`: no item came before. */
  piece: (part: ItemPart, place: { isStart: boolean; isFirst: boolean }) => Uint8Array;
  /** Where the length has to be known before the first piece: what stands around them. */
  around?: (length: number) => { before: Uint8Array; after: Uint8Array };
}

const joinedBytesMax = 512 * 1024;
const parsedBytesMax = 128 * 1024;

export function listForm(kind: Kind, { representation, includeObject, now }: EncodeOptions, hasLimit: boolean): ListForm {
  if (representation.encoding === 'protobuf')
    return representation.as === 'partial' ? protobufForm(partialList, partialOf) : protobufForm(listOf(kind), (object) => object);
  if (representation.as === 'table') {
    const { columns, head } = tableColumns(kind);
    return textForm({ ...head, list: 'rows', bytesMax: parsedBytesMax, hasLimit }, ({ items }) =>
      items.map((item) => JSON.stringify(tableRow(columns, item, { includeObject, now }))),
    );
  }
  if (representation.as === 'partial') {
    const { type: _type, ...head } = partialList;
    return textForm({ ...head, list: 'items', bytesMax: parsedBytesMax, hasLimit }, ({ items }) =>
      items.map(({ object }) => JSON.stringify(partialOf(object))),
    );
  }
  const { type: _type, ...head } = listOf(kind);
  return textForm({ ...head, list: 'items', bytesMax: joinedBytesMax, hasLimit }, ({ items }) => items.map(({ json }) => json));
}

/** JSON; it is what large lists in YAML are written in too, since all JSON is YAML and nothing is slower to write than its other style. */
function textForm(
  { list, bytesMax, hasLimit, ...head }: { list: 'items' | 'rows'; bytesMax: number; hasLimit: boolean } & Record<string, unknown>,
  texts: (part: ItemPart) => string[],
): ListForm {
  // Only the last part knows where a list with a limit goes on.
  const start = (metadata: object): string => JSON.stringify(hasLimit ? head : { ...head, metadata }).slice(0, -1);
  return {
    bytesMax,
    piece(part, { isStart, isFirst }) {
      const { revision, next, items, rows: _rows, ...rest } = part;
      const metadata = { resourceVersion: String(revision), ...rest };
      const before = isStart ? `${start(metadata)},"${list}":[` : '';
      const between = isFirst || items.length === 0 ? '' : ',';
      const after = next !== undefined ? '' : hasLimit ? `],"metadata":${JSON.stringify(metadata)}}` : ']}';
      return Buffer.from(`${before}${between}${texts(part).join(',')}${after}`);
    },
  };
}

interface ListType {
  apiVersion: string;
  kind: string;
  type: NamedType<unknown>;
}

const partialList: ListType = {
  apiVersion: 'meta.k8s.io/v1',
  kind: 'PartialObjectMetadataList',
  type: listTypeOf(PartialObjectMetadata),
};

function listOf(kind: Kind): ListType {
  return { apiVersion: apiVersionOf(kind), kind: kind.listKind ?? `${kind.kind}List`, type: listTypeOf(kind.schema) };
}

function protobufForm({ apiVersion, kind, type }: ListType, shown: (object: KubeObject) => object): ListForm {
  return {
    bytesMax: parsedBytesMax,
    // A message may come in parts, which add up: https://protobuf.dev/programming-guides/encoding/#last-one-wins
    piece({ items, rows: _rows, revision, next, ...rest }) {
      const metadata = next === undefined ? { metadata: { resourceVersion: String(revision), ...rest } } : {};
      return encodeProtobuf(type.schema, { ...metadata, items: items.map(({ object }) => shown(object)) });
    },
    around: (length) => envelopeAround(apiVersion, kind, length),
  };
}
