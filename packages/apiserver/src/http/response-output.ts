import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { isGone, taken } from './send-pieces.ts';
import type { WatchOutput } from './watch-handler.ts';

/** A watch's frames as the chunks of a response. Frames are written as they come; nothing is buffered beside the socket. */
export function responseOutput(outgoing: ServerResponse | Http2ServerResponse): WatchOutput {
  const response = outgoing as ServerResponse;
  return {
    open(contentType) {
      response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache, private' });
      response.flushHeaders?.();
    },
    write(frame) {
      if (!response.writableEnded && !response.destroyed) response.write(frame);
    },
    pendingBytes: () => response.writableLength,
    taken: async () => {
      if (response.writableNeedDrain && !isGone(response)) await taken(response);
    },
    end() {
      if (!response.writableEnded) response.end();
    },
  };
}
