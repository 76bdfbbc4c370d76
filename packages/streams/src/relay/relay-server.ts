import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, unauthorized } from '@kajitori/apimachinery';
import { type WebSocket, WebSocketServer } from 'ws';
import { acceptNodeStreams } from '../multiplex/accept-node-streams.ts';
import type { ClusterDialer, NodeStreams } from '../node-streams.ts';
import { refuseUpgrade } from '../serve/http-refusal.ts';
import { keepAlive } from '../websocket/keep-alive.ts';
import { maxMultiplexMessageBytes, multiplexWebSocket } from '../websocket/multiplex-websocket.ts';
import { isRelayProof } from './relay-credential.ts';

/** Where a gateway takes streams from other processes of the control plane. */
export const relayPath = '/internal/streams';

/** The receiving end: lets other processes use the nodes whose sessions this one holds. */
export class RelayServer implements Disposable {
  readonly #options: { instance: string; key: Uint8Array; clock: Clock; node: NodeStreams & ClusterDialer };
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMultiplexMessageBytes,
    clientTracking: false,
  });
  readonly #sockets = new Set<WebSocket>();

  constructor(options: { instance: string; key: Uint8Array; clock: Clock; node: NodeStreams & ClusterDialer }) {
    this.#options = options;
  }

  /** Takes an upgrade request for `relayPath`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { key, instance, clock, node } = this.#options;
    if (!isRelayProof(key, instance, request.headers.authorization, clock.now())) return refuseUpgrade(socket, unauthorized());
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#sockets.add(webSocket);
      webSocket.on('error', () => webSocket.terminate());
      webSocket.once('close', () => this.#sockets.delete(webSocket));
      keepAlive(webSocket);
      multiplexWebSocket(webSocket, { role: 'acceptor', accept: acceptNodeStreams(node) });
    });
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}
