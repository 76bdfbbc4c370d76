import type { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { CommandStatus } from '../exit-status.ts';
import type { ProcessStreams } from '../node-streams.ts';
import { TerminalSizes } from './terminal-sizes.ts';

/** A client's side of exec or attach, whatever it is framed in. Only the streams that the client asked for are there. */
export interface CommandChannels {
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  resize?: Readable;
  /** Aborts when the client has gone. */
  closed: AbortSignal;
  /** Tells the outcome and ends the connection. */
  finish(status: CommandStatus): Promise<void>;
}

/** Joins a process to a client until either ends. The client hears the outcome after the last byte of output. */
export async function joinCommand(process: ProcessStreams, client: CommandChannels): Promise<void> {
  const letGo = (): void => process.destroy();
  client.closed.addEventListener('abort', letGo, { once: true });
  if (client.closed.aborted) letGo();
  try {
    // A process may end without reading its input, so how that pipe ends says nothing.
    if (client.stdin !== undefined && process.stdin !== undefined) pipeline(client.stdin, process.stdin).catch(() => undefined);
    if (client.resize !== undefined) followResizes(client.resize, process);
    await Promise.all([copyOutput(process.stdout, client.stdout), copyOutput(process.stderr, client.stderr)]);
    const status = await process.status;
    if (!client.closed.aborted) await client.finish(status);
  } finally {
    client.closed.removeEventListener('abort', letGo);
    process.destroy();
  }
}

/** Output that ends early is not an error here: the status tells why, or the client is gone. */
async function copyOutput(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (from === undefined) return;
  if (to === undefined) {
    await finished(from.resume(), { writable: false }).catch(() => undefined);
    return;
  }
  from.pipe(to, { end: false });
  await Promise.race([finished(from, { writable: false }), finished(to, { readable: false })]).catch(() => undefined);
  from.unpipe(to);
  if (to.destroyed) from.resume();
}

function followResizes(from: Readable, process: ProcessStreams): void {
  const sizes = new TerminalSizes();
  from.on('data', (bytes: Buffer) => {
    for (const size of sizes.push(bytes)) process.resize(size);
  });
}
