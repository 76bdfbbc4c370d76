/** Port-forward by channels: for the n-th port, channel 2n carries data and 2n+1 errors; each starts with the port in two bytes. */
import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { joinDuplexes } from '../join-duplexes.ts';
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
        await joinDuplexes(Duplex.from({ readable, writable }), await node.portForward({ ...target, port }, channels.closed));
      } catch (failure) {
        channels.send(errorChannel, Buffer.from(forwardFailure({ ...target, port }, failure)));
      }
    }),
  );
  await channels.close();
}
