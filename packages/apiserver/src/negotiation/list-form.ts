import { apiVersionOf } from '@kajitori/apimachinery';
import { type Kind, listTypeOf } from '@kajitori/kinds';
import { encodeProtobuf, envelopeAround } from '@kajitori/schema';
import type { ItemPart } from '../registry/read.ts';
import type { EncodeOptions } from './encode.ts';
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
  if (representation.encoding === 'protobuf' && representation.as === 'object') return protobufForm(kind);
  if (representation.as === 'table') {
    const { columns, head } = tableColumns(kind);
    return textForm({ ...head, list: 'rows', bytesMax: parsedBytesMax, hasLimit }, ({ items }) =>
      items.map((item) => JSON.stringify(tableRow(columns, item, { includeObject, now }))),
    );
  }
  if (representation.as === 'partial') {
    const head = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' };
    return textForm({ ...head, list: 'items', bytesMax: parsedBytesMax, hasLimit }, ({ items }) =>
      items.map(({ object }) => JSON.stringify(partialOf(object))),
    );
  }
  const head = { kind: kind.listKind ?? `${kind.kind}List`, apiVersion: apiVersionOf(kind) };
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

function protobufForm(kind: Kind): ListForm {
  const list = listTypeOf(kind.schema).schema;
  return {
    bytesMax: parsedBytesMax,
    // A message may come in parts, which add up: https://protobuf.dev/programming-guides/encoding/#last-one-wins
    piece({ items, rows: _rows, revision, next, ...rest }) {
      const metadata = next === undefined ? { metadata: { resourceVersion: String(revision), ...rest } } : {};
      return encodeProtobuf(list, { ...metadata, items: items.map(({ object }) => object) });
    },
    around: (length) => envelopeAround(apiVersionOf(kind), kind.listKind ?? `${kind.kind}List`, length),
  };
}
