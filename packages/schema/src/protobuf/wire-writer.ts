/**
 * Writes protobuf from the end of a buffer to its front, so that a message's length is known when it is due and nothing
 * is measured twice. Callers therefore write fields in descending order, and of each the value before the tag.
 */
export class WireWriter {
  #buffer: Buffer = Buffer.allocUnsafe(1024);
  #at = 1024;

  /** Bytes written. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** What was written, as bytes of its own. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, this.#at);
  }

  tag(number: number, wireType: number): void {
    this.varint(number * 8 + wireType);
  }

  /** A non-negative integer up to 2⁵³. */
  varint(value: number): void {
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
    this.#reserve(size);
    this.#at -= size;
    let at = this.#at;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#buffer[at++] = (rest % 0x80) + 0x80;
    this.#buffer[at] = rest;
  }

  /** Negative numbers take ten bytes, as two's complement of 64 bits. */
  int(value: number): void {
    if (value >= 0) this.varint(value);
    else {
      this.#reserve(10);
      this.#at -= 10;
      let rest = BigInt.asUintN(64, BigInt(value));
      for (let at = this.#at; at < this.#at + 9; at += 1) {
        this.#buffer[at] = Number(rest & 0x7fn) | 0x80;
        rest >>= 7n;
      }
      this.#buffer[this.#at + 9] = Number(rest);
    }
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
  }

  /** A string with its length before it. */
  string(text: string): void {
    if (text.length < 24 && this.#ascii(text)) return;
    const size = Buffer.byteLength(text);
    this.#reserve(size);
    this.#at -= size;
    this.#buffer.write(text, this.#at, size, 'utf8');
    this.varint(size);
  }

  /** Short texts are nearly always ASCII, and a call into native code costs more than they do. */
  #ascii(text: string): boolean {
    this.#reserve(text.length);
    const start = this.#at - text.length;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) return false;
      this.#buffer[start + at] = code;
    }
    this.#at = start;
    this.varint(text.length);
    return true;
  }

  /** Bytes with their length before them. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
    this.varint(bytes.length);
  }

  #reserve(size: number): void {
    if (size <= this.#at) return;
    const { length } = this;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, length + size + 1024));
    this.#buffer.copy(larger, larger.length - length, this.#at);
    this.#at = larger.length - length;
    this.#buffer = larger;
  }
}
