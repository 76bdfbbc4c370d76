import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demultiplexed, splitOutputs } from './demultiplex.ts';

function framed(kind: number, content: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

/** The same bytes in pieces of any size. */
function inPieces(bytes: Buffer, sizes: readonly number[]): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return Readable.from(pieces);
}

describe('an engine’s stream', () => {
  const writes = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ maxLength: 40, unit: 'grapheme' })), { maxLength: 20 });
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });

  it('comes apart into its two outputs, however it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(writes, sizes, async (parts, cuts) => {
        const bytes = Buffer.concat(parts.map(([kind, content]) => framed(kind, content)));
        const of = (kind?: number): string =>
          parts.flatMap(([one, content]) => (kind === undefined || one === kind ? [content] : [])).join('');
        const { stdout, stderr } = splitOutputs(inPieces(bytes, cuts));
        expect(await Promise.all([text(stdout), text(stderr)])).toEqual([of(1), of(2)]);
        expect(await text(demultiplexed(inPieces(bytes, cuts)))).toBe(of());
        expect(await text(demultiplexed(inPieces(bytes, cuts), 'stderr'))).toBe(of(2));
      }),
      { numRuns: 50 },
    );
  });
});
