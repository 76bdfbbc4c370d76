import type { Socket } from 'node:net';
import { annexArgument, type FromAnnex, type ToAnnex } from './annex-messages.ts';

/** What is given back after its tenants were calm for minutes may last: sessions, port-forwards. It is looked at so often whether all have ended. */
const lookMilliseconds = 1_000;

export interface GivenConnection {
  tenant: string;
  /** Where it was dialled. */
  address: string;
  /** What was read of it, where its tenant is known by that; what follows is in the socket. */
  head?: Uint8Array;
  socket: Socket;
}

/** Whether this process is the annex of another one. */
export function isAnnex(): boolean {
  return process.argv[2] === annexArgument && process.send !== undefined;
}

/**
 * The annex' own side: what it is given, and its end. It ends with the process that started it, and, once that one needs it no more, with the last
 * of its connections.
 */
export class AnnexSide {
  readonly #sockets = new Set<Socket>();
  readonly #onRetired: () => void;

  /** `onRetired`: what lasts for long and can be begun anew elsewhere is to be ended. */
  constructor({ onRetired }: { onRetired: () => void }) {
    this.#onRetired = onRetired;
    process.once('disconnect', endSoon);
  }

  /** From now on connections are served. */
  serve(take: (connection: GivenConnection) => void): void {
    process.on('message', (message: ToAnnex, socket: unknown) => {
      if (message.type === 'retire') this.#retire();
      // It may have been closed on its way.
      else if (socket !== undefined) {
        const given = socket as Socket;
        this.#sockets.add(given);
        given.once('close', () => this.#sockets.delete(given));
        const { tenant, address, head } = message;
        take({ tenant, address, socket: given, ...(head === undefined ? {} : { head: Buffer.from(head, 'base64') }) });
      }
    });
    this.#tell({ type: 'ready' });
  }

  /** A tenant asks for more than its share here too: it stays. */
  pressing(tenant: string): void {
    this.#tell({ type: 'pressing', tenant });
  }

  #retire(): void {
    this.#onRetired();
    setInterval(() => {
      if (this.#sockets.size === 0) endSoon();
    }, lookMilliseconds);
  }

  #tell(message: FromAnnex): void {
    // Who cannot be told any more is gone, and this process with it.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  }
}

/** By the signal that ends every server process: what runs is answered first. */
function endSoon(): void {
  process.kill(process.pid, 'SIGTERM');
}
