import type { WebSocket } from 'ws';
import type { CommandStatus } from '../exit-status.ts';
import type { ProcessOptions } from '../node-streams.ts';
import type { ChannelProtocol } from '../websocket/channel-protocols.ts';
import { ChannelSocket } from '../websocket/channel-socket.ts';
import type { CommandChannels } from './command-channels.ts';

/** Channel bytes of `remotecommand`. */
export const commandChannel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

/** The client's side of exec or attach over a WebSocket. */
export function webSocketCommand(socket: WebSocket, protocol: ChannelProtocol, options: ProcessOptions): CommandChannels {
  const channels = new ChannelSocket(socket, protocol);
  // Some clients wait for a first message, which the API server sends empty, to know that the connection stands.
  const first = options.stdout ? commandChannel.stdout : options.stderr ? commandChannel.stderr : commandChannel.error;
  channels.send(first, Buffer.alloc(0));
  return {
    ...(options.stdin ? { stdin: channels.readable(commandChannel.stdin) } : {}),
    ...(options.stdout ? { stdout: channels.writable(commandChannel.stdout) } : {}),
    ...(options.stderr && !options.tty ? { stderr: channels.writable(commandChannel.stderr) } : {}),
    ...(options.tty ? { resize: channels.readable(commandChannel.resize) } : {}),
    closed: channels.closed,
    async finish(status: CommandStatus): Promise<void> {
      const told = statusBytes(status, protocol.statusJson);
      if (told !== undefined) channels.send(commandChannel.error, told);
      await channels.close();
    },
  };
}

/** What goes onto the error channel: JSON since v4; before, the message alone and nothing for success. */
export function statusBytes(status: CommandStatus, json: boolean): Buffer | undefined {
  if (json) return Buffer.from(JSON.stringify(status));
  return status.status === 'Success' ? undefined : Buffer.from(status.message ?? 'unknown error');
}
