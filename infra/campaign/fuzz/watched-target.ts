import { Worker } from 'node:worker_threads';
import { InputBoard } from './input-board.ts';

export const inputBytesMax = 64 * 1024;
/** A worker that has tried no further input for this long hangs in its last one. */
const hangMilliseconds = 60_000;
const lookMilliseconds = 1_000;

/** What a worker is to do. */
export interface FuzzOrder {
  /** Name of the decoder. */
  target: string;
  seed: number;
  milliseconds: number;
  board: SharedArrayBuffer;
}

export interface Fuzzed {
  runs: number;
  taken: number;
  /** The first thing that was wrong, with the input that shows it. */
  find?: string;
}

export function shownInput(input: Uint8Array): string {
  return `input (base64): ${Buffer.from(input).toString('base64').slice(0, 4_000)}`;
}

/** Runs one decoder in a thread of its own, which may crash, run out of memory or never come back: each is a find. */
export async function watchedTarget(order: Omit<FuzzOrder, 'board'>, signal: AbortSignal): Promise<Fuzzed> {
  const board = new InputBoard(inputBytesMax);
  const worker = new Worker(new URL('fuzz-target.worker.ts', import.meta.url), { workerData: { ...order, board: board.memory } });
  const { promise, resolve } = Promise.withResolvers<Fuzzed>();
  const found = (find: string): void => resolve({ runs: board.count, taken: 0, find: `${find}; ${shownInput(board.input)}` });
  worker.once('message', (fuzzed: Fuzzed) => resolve(fuzzed));
  worker.once('error', (error) => found(`its thread died: ${error instanceof Error ? error.message : String(error)}`));
  worker.once('exit', (code) => found(`its thread ended with ${code}`));
  const hang = watchForHang(board, () => found(`it did not come back for ${hangMilliseconds / 1000} s`));
  const stop = (): void => resolve({ runs: board.count, taken: 0 });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await promise;
  } finally {
    clearInterval(hang);
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function watchForHang(board: InputBoard, hangs: () => void): NodeJS.Timeout {
  let last = { count: 0, at: performance.now() };
  return setInterval(() => {
    const now = performance.now();
    if (board.count !== last.count) last = { count: board.count, at: now };
    else if (now - last.at > hangMilliseconds) hangs();
  }, lookMilliseconds);
}
