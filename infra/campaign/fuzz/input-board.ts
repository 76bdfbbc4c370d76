/**
 * Where a worker writes the input that it is about to try, so that who watches it can still read the one that it never came back from.
 * Memory that both share: the number of inputs, the length of the newest, its bytes.
 */
export class InputBoard {
  readonly memory: SharedArrayBuffer;
  readonly #numbers: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(inputBytesMax: number, memory = new SharedArrayBuffer(headBytes + inputBytesMax)) {
    this.memory = memory;
    this.#numbers = new Int32Array(memory, 0, 2);
    this.#bytes = new Uint8Array(memory, headBytes);
  }

  /** How many inputs were tried, the one under way included. */
  get count(): number {
    return Atomics.load(this.#numbers, 0);
  }

  get input(): Buffer {
    return Buffer.from(this.#bytes.slice(0, Atomics.load(this.#numbers, 1)));
  }

  write(input: Uint8Array): void {
    this.#bytes.set(input);
    Atomics.store(this.#numbers, 1, input.length);
    Atomics.add(this.#numbers, 0, 1);
  }
}

const headBytes = 8;
