import type { ListForm } from '../negotiation/list-form.ts';
import type { ItemPart, PartPosition } from '../registry/read.ts';

/** One list as it is read and written: part by part, each of them the same whenever it is read again at its revision. */
export interface ListSource {
  form: ListForm;
  read(from?: PartPosition): Promise<ItemPart>;
  /** All of a list that one part holds. */
  whole(part: ItemPart): string | Uint8Array;
}

/** Bytes of an answer. They may be shared by many who receive it: never change them. */
export interface Piece {
  bytes: Uint8Array;
  /** Filled by the first answer that is sent compressed. */
  deflated?: Promise<Uint8Array>;
  /** The same as an answer of its own. */
  gzipped?: Promise<Uint8Array>;
  /** Where the piece after this one begins; absent on the last. */
  next?: PartPosition;
}

/**
 * The pieces of a list from a position on. While one is being taken, the next is read: a list that nobody takes holds two.
 * @throws what `read` throws.
 */
export async function* listPieces(source: ListSource, from?: PartPosition, first?: ItemPart): AsyncGenerator<Piece, void, void> {
  let at = from;
  let part = first ?? (await source.read(at));
  for (;;) {
    const { next } = part;
    const ahead = next === undefined ? undefined : source.read(next);
    // Whoever takes the next piece meets it; nobody may.
    ahead?.catch(() => undefined);
    const place = { isStart: at?.after === undefined, isFirst: (at?.taken ?? 0) === 0 };
    yield { bytes: source.form.piece(part, place), ...(next === undefined ? {} : { next }) };
    if (ahead === undefined) return;
    at = next;
    part = await ahead;
  }
}

/**
 * A list that is sent while it is read, for one reader alone: memory for two pieces, whatever its length. Where the form wants the length first,
 * it is read twice.
 */
export async function* streamedList(source: ListSource, first: ItemPart): AsyncGenerator<Piece, void, void> {
  const { around } = source.form;
  if (around === undefined) return yield* listPieces(source, undefined, first);
  let length = 0;
  for await (const { bytes } of listPieces(source, undefined, first)) length += bytes.length;
  const { before, after } = around(length);
  yield { bytes: before };
  yield* listPieces(source, { revision: first.revision, taken: 0 });
  yield { bytes: after };
}
