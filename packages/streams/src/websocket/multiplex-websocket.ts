import type { RawData, WebSocket } from 'ws';
import { Multiplexer, type MultiplexerOptions } from '../multiplex/multiplexer.ts';

/** Largest message of a multiplexed connection; data frames are far smaller. */
export const maxMultiplexMessageBytes = 1024 * 1024;

/** Multiplexes over the binary messages of a WebSocket; text messages are left to others. Ends with the socket, and ends it when its peer breaks the protocol. */
export function multiplexWebSocket(socket: WebSocket, options: Omit<MultiplexerOptions, 'send'>): Multiplexer {
  const multiplexer = new Multiplexer({ ...options, send: (message, sent) => socket.send(message, { binary: true }, () => sent()) });
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary) return;
    try {
      multiplexer.receive(Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer));
    } catch {
      // Whatever a peer sends, the answer is the same: this connection is of no use any more.
      socket.close(1002, 'broken stream frame');
      multiplexer.close();
    }
  });
  socket.once('close', () => multiplexer.close());
  return multiplexer;
}
