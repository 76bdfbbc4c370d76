import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { StatusError } from '@kajitori/apimachinery';
import type { CommandStatus } from '../exit-status.ts';
import type { ProcessOptions } from '../node-streams.ts';
import { headerValue } from '../spdy/header-block.ts';
import { SpdySession } from '../spdy/session.ts';
import type { SpdyStream } from '../spdy/stream.ts';
import type { CommandChannels } from './command-channels.ts';
import { statusBytes } from './websocket-command.ts';

/** How long a client may take to open the streams that it asked for, and to read the outcome. */
export const streamCreationMilliseconds = 30_000;
const farewellMilliseconds = 10_000;

/** Versions of the protocol over SPDY, by `X-Stream-Protocol-Version`; no header means the first. */
export const spdyCommandProtocols = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io', ''] as const;
export type SpdyCommandProtocol = (typeof spdyCommandProtocols)[number];

const streamTypes = ['error', 'stdin', 'stdout', 'stderr', 'resize'] as const;
type StreamType = (typeof streamTypes)[number];

function wantedStreams(protocol: SpdyCommandProtocol, options: ProcessOptions): Set<StreamType> {
  const resizes = protocol.startsWith('v4') || protocol.startsWith('v3');
  return new Set<StreamType>([
    'error',
    ...(options.stdin ? (['stdin'] as const) : []),
    ...(options.stdout ? (['stdout'] as const) : []),
    ...(options.stderr && !options.tty ? (['stderr'] as const) : []),
    ...(options.tty && resizes ? (['resize'] as const) : []),
  ]);
}

/**
 * Waits for the client's streams over an upgraded connection.
 * @throws StatusError Timeout when they do not come.
 */
export async function spdyCommand(transport: Duplex, protocol: SpdyCommandProtocol, options: ProcessOptions): Promise<CommandChannels> {
  const wanted = wantedStreams(protocol, options);
  const streams = new Map<StreamType, SpdyStream>();
  const complete = Promise.withResolvers<void>();
  const session = new SpdySession(transport, {
    role: 'server',
    onStream(stream) {
      const type = streamTypes.find((name) => name === headerValue(stream.headers, 'streamtype'));
      if (type === undefined || !wanted.has(type) || streams.has(type)) {
        stream.destroy();
        return;
      }
      stream.accept();
      streams.set(type, stream);
      if (streams.size === wanted.size) complete.resolve();
    },
  });
  const gone = new AbortController();
  const left = async (): Promise<void> => {
    await session.closed;
    gone.abort();
    complete.reject(new StatusError('Timeout', 'the client left before it opened its streams'));
  };
  void left();
  const timer = setTimeout(
    () => complete.reject(new StatusError('Timeout', 'timed out waiting for client to create streams')),
    streamCreationMilliseconds,
  );
  try {
    await complete.promise;
  } catch (error) {
    session.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return commandOver(session, streams, { gone: gone.signal, statusJson: protocol.startsWith('v4') });
}

function commandOver(
  session: SpdySession,
  streams: Map<StreamType, SpdyStream>,
  how: { gone: AbortSignal; statusJson: boolean },
): CommandChannels {
  const of = (type: StreamType): { [name: string]: SpdyStream } => {
    const stream = streams.get(type);
    return stream === undefined ? {} : { [type]: stream };
  };
  // A client sends nothing on these; their ends still have to be seen.
  for (const type of ['error', 'stdout', 'stderr'] as const) streams.get(type)?.resume();
  return {
    ...of('stdin'),
    ...of('stdout'),
    ...of('stderr'),
    ...of('resize'),
    closed: how.gone,
    async finish(status: CommandStatus): Promise<void> {
      const told = statusBytes(status, how.statusJson);
      const error = streams.get('error');
      if (told !== undefined) error?.write(told);
      for (const stream of streams.values()) stream.end();
      streams.get('stdin')?.resume();
      // The client leaves when it has read all; only one that lingers is cut.
      const farewell = AbortSignal.timeout(farewellMilliseconds);
      await Promise.all(
        [...streams.values()].map((stream) => finished(stream, { readable: false, signal: farewell }).catch(() => undefined)),
      );
      await session.close();
    },
  };
}
