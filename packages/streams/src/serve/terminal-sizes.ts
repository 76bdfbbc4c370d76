import { z } from 'zod';
import type { TerminalSize } from '../node-streams.ts';

const maxPendingCharacters = 1024;
const side = z.number().int().min(0).max(0xffff);
const sizeForm = z.object({ Width: side, Height: side });

/** Reads `{"Width":80,"Height":24}` after one another, with or without newlines, however they are cut. What is no size is passed over. */
export class TerminalSizes {
  #pending = '';

  *push(bytes: Buffer): Generator<TerminalSize> {
    this.#pending += bytes.toString('latin1');
    for (let end = this.#pending.indexOf('}'); end !== -1; end = this.#pending.indexOf('}')) {
      const size = parseSize(this.#pending.slice(0, end + 1));
      this.#pending = this.#pending.slice(end + 1);
      if (size !== undefined) yield size;
    }
    if (this.#pending.length > maxPendingCharacters) this.#pending = '';
  }
}

function parseSize(text: string): TerminalSize | undefined {
  try {
    const size = sizeForm.safeParse(JSON.parse(text));
    return size.success ? { width: size.data.Width, height: size.data.Height } : undefined;
  } catch {
    return undefined;
  }
}
