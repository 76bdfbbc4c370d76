/** Port-forward by channels: for the n-th port, channel 2n carries data and 2n+1 errors; each starts with the port in two bytes. */
import { pipeline } from 'node:stream/promises';
import type { WebSocket } from 'ws';
import type { NodeStreams, PodTarget } from '../node-streams.ts';
import type { ChannelProtocol } from '../websocket/channel-protocols.ts';
import { ChannelSocket } from '../websocket/channel-socket.ts';
import { forwardFailure } from './port-forward-session.ts';

/** Channel numbers are one byte, and 255 is taken. */
export const maxForwardedPorts = 100;

/** Serves until every connection has ended or the client has left. */
export async function servePortForwardChannels(
  socket: WebSocket,
  protocol: ChannelProtocol,
  target: PodTarget & { ports: readonly number[] },
  node: NodeStreams,
): Promise<void> {
  const channels = new ChannelSocket(socket, protocol);
  await Promise.all(
    target.ports.map(async (port, index) => {
      const [dataChannel, errorChannel] = [index * 2, index * 2 + 1];
      const readable = channels.readable(dataChannel);
      const writable = channels.writable(dataChannel);
      const portBytes = Buffer.from([port & 0xff, port >> 8]);
      channels.send(dataChannel, portBytes);
      channels.send(errorChannel, portBytes);
      try {
        const connection = await node.portForward({ ...target, port }, channels.closed);
        // These channels know no half-closed ends: a connection is over when the pod's side is.
        pipeline(readable, connection).catch(() => undefined);
        await pipeline(connection, writable).catch(() => undefined);
        connection.destroy();
      } catch (failure) {
        channels.send(errorChannel, Buffer.from(forwardFailure({ ...target, port }, failure)));
      }
    }),
  );
  await channels.close();
}
