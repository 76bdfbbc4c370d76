import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { keepAlive } from '@kajitori/streams';
import { type WebSocket, WebSocketServer } from 'ws';
import { bearerSubprotocol } from '../authentication/authenticator.ts';
import type { WatchOutput } from '../http/watch-handler.ts';

/** A watcher says nothing but that it leaves. */
const messageBytesMax = 1024;
const newline = 0x0a;
const goingAway = 1001;

/** The socket of a watch over WebSocket: one message an event, text for JSON and binary for protobuf. */
export async function acceptWatchSocket(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<WebSocket> {
  const server = new WebSocketServer({ noServer: true, maxPayload: messageBytesMax, perMessageDeflate: false, handleProtocols });
  const accepted = await new Promise<WebSocket>((resolve) => server.handleUpgrade(request, socket, head, resolve));
  keepAlive(accepted);
  // What goes wrong on the wire ends in `close`, which the watch hears.
  accepted.on('error', () => accepted.terminate());
  return accepted;
}

/** Browsers send their token as a protocol of this name, beside the one that they want to hear again. */
function handleProtocols(offered: Set<string>): string | false {
  return [...offered].find((protocol) => !protocol.startsWith(bearerSubprotocol)) ?? false;
}

export function webSocketOutput(socket: WebSocket): WatchOutput {
  let split = jsonMessages;
  return {
    open(contentType) {
      if (contentType !== 'application/json') split = protobufMessages;
    },
    write(frame) {
      if (socket.readyState !== socket.OPEN) return;
      for (const message of split(frame)) socket.send(message, { binary: split === protobufMessages });
    },
    pendingBytes: () => socket.bufferedAmount,
    end: () => socket.close(goingAway),
  };
}

/** Events are lines. */
function* jsonMessages(frame: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < frame.length;) {
    const end = frame.indexOf(newline, from);
    yield frame.subarray(from, end < 0 ? frame.length : end);
    from = end < 0 ? frame.length : end + 1;
  }
}

/** Each event follows its length in four bytes. */
function* protobufMessages(frame: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  for (let from = 0; from < frame.length;) {
    const length = view.getUint32(from);
    yield frame.subarray(from + 4, from + 4 + length);
    from += 4 + length;
  }
}
