import { PassThrough, Readable } from 'node:stream';

export type OutputName = 'stdout' | 'stderr';

/** The engine's framing of a process without a terminal: kind, three zeros, length (big-endian), bytes. */
const headerBytes = 8;
const stderrKind = 2;

interface Piece {
  output: OutputName;
  bytes: Buffer;
}

/** Cuts an engine's stream into the pieces of its two outputs, as they come: a piece may be a part of a frame. */
async function* pieces(source: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  let pending: Buffer = Buffer.alloc(0);
  let output: OutputName = 'stdout';
  let leftBytes = 0;
  for await (const chunk of source) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length > 0) {
      if (leftBytes === 0) {
        if (pending.length < headerBytes) break;
        output = pending[0] === stderrKind ? 'stderr' : 'stdout';
        leftBytes = pending.readUInt32BE(4);
        pending = pending.subarray(headerBytes);
        continue;
      }
      const bytes = pending.subarray(0, leftBytes);
      leftBytes -= bytes.length;
      pending = pending.subarray(bytes.length);
      yield { output, bytes };
    }
  }
}

/** Both outputs, or one of them, as one stream of bytes in the order of their writing. */
export function demultiplexed(source: AsyncIterable<Buffer>, wanted: 'both' | OutputName = 'both'): Readable {
  return Readable.from(only(source, wanted), { objectMode: false });
}

async function* only(source: AsyncIterable<Buffer>, wanted: 'both' | OutputName): AsyncGenerator<Buffer> {
  for await (const { output, bytes } of pieces(source)) if (wanted === 'both' || wanted === output) yield bytes;
}

/** The two outputs apart. A reader that waits makes the source wait; one that has gone is passed over. */
export function splitOutputs(source: AsyncIterable<Buffer>): { stdout: Readable; stderr: Readable } {
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  const copy = async (): Promise<void> => {
    for await (const { output, bytes } of pieces(source)) {
      const target = outputs[output];
      if (!target.destroyed && !target.write(bytes)) await drained(target);
    }
  };
  copy().then(
    () => Object.values(outputs).forEach((one) => one.end()),
    (error: Error) => Object.values(outputs).forEach((one) => one.destroy(error)),
  );
  return outputs;
}

function drained(target: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      target.off('drain', done).off('close', done);
      resolve();
    };
    target.on('drain', done).on('close', done);
  });
}
