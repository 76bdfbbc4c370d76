import type { Duplex, Readable } from 'node:stream';
import { StatusError } from '@kajitori/apimachinery';
import { type CommandStatus, failureStatus } from '../exit-status.ts';
import type {
  AttachRequest,
  ClusterDialer,
  DialRequest,
  DocumentRequest,
  ExecRequest,
  LogsRequest,
  NodeStreams,
  PortForwardRequest,
  ProcessStreams,
} from '../node-streams.ts';
import type { MultiplexedStream } from './multiplexed-stream.ts';
import type { Multiplexer } from './multiplexer.ts';
import { commandStatusOf } from './status-body.ts';
import { type StreamRequest, channelNumber, statusNoteForm } from './stream-requests.ts';

/** The streams' ports over a connection: whoever is at its other end serves them with `acceptNodeStreams`. */
export class MultiplexedNodeStreams implements NodeStreams, ClusterDialer {
  readonly #multiplexer: Multiplexer;

  constructor(multiplexer: Multiplexer) {
    this.#multiplexer = multiplexer;
  }

  async exec(request: ExecRequest, signal?: AbortSignal): Promise<ProcessStreams> {
    return remoteProcess(await this.#open({ kind: 'exec', ...request, command: [...request.command] }, signal), request);
  }

  async attach(request: AttachRequest, signal?: AbortSignal): Promise<ProcessStreams> {
    return remoteProcess(await this.#open({ kind: 'attach', ...request }, signal), request);
  }

  async logs(request: LogsRequest, signal?: AbortSignal): Promise<Readable> {
    return output(await this.#open({ kind: 'logs', ...request }, signal));
  }

  async document(request: DocumentRequest, signal?: AbortSignal): Promise<Readable> {
    return output(await this.#open({ kind: 'document', ...request }, signal));
  }

  async portForward(request: PortForwardRequest, signal?: AbortSignal): Promise<Duplex> {
    const stream = await this.#open({ kind: 'portForward', ...request }, signal);
    return ownedBy(stream.channel(channelNumber.connection), stream);
  }

  async dial(request: DialRequest, signal?: AbortSignal): Promise<Duplex> {
    const stream = await this.#open({ kind: 'dial', ...request }, signal);
    return ownedBy(stream.channel(channelNumber.connection), stream);
  }

  #open(request: StreamRequest, signal: AbortSignal | undefined): Promise<MultiplexedStream> {
    return this.#multiplexer.open(request, signal);
  }
}

/** A stream that only gives. */
function output(stream: MultiplexedStream): Readable {
  const channel = stream.channel(channelNumber.stdout);
  channel.end();
  return ownedBy(channel, stream);
}

/** The stream lasts as long as its one channel. */
function ownedBy(channel: Duplex, stream: MultiplexedStream): Duplex {
  channel.once('close', () => stream.destroy());
  return channel;
}

function remoteProcess(stream: MultiplexedStream, wanted: { stdin: boolean; stdout: boolean; stderr: boolean }): ProcessStreams {
  const { promise: status, resolve } = Promise.withResolvers<CommandStatus>();
  stream.onNote((note) => {
    const told = statusNoteForm.safeParse(note);
    const ended = told.success ? commandStatusOf(told.data.status) : undefined;
    if (ended !== undefined) resolve(ended);
  });
  const cut = (): void =>
    resolve(failureStatus(new StatusError('InternalError', 'Internal error occurred: the connection to the node was lost'), 'stream'));
  stream.closed.addEventListener('abort', cut, { once: true });
  return {
    ...(wanted.stdin ? { stdin: stream.channel(channelNumber.stdin) } : {}),
    ...(wanted.stdout ? { stdout: stream.channel(channelNumber.stdout) } : {}),
    ...(wanted.stderr ? { stderr: stream.channel(channelNumber.stderr) } : {}),
    resize: (size) => stream.note({ resize: size }),
    status,
    destroy: () => stream.destroy(),
  };
}
