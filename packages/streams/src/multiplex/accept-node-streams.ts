/**
 * The other end of `MultiplexedNodeStreams`: serves what a connection asks for from an implementation of the ports. Between processes of the control
 * plane it is the gateway's own; on a node it is the agent's.
 */
import type { Duplex, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { badRequest } from '@kajitori/apimachinery';
import { joinDuplexes } from '../join-duplexes.ts';
import type { ClusterDialer, NodeStreams, ProcessStreams } from '../node-streams.ts';
import type { MultiplexedStream } from './multiplexed-stream.ts';
import type { MultiplexerOptions } from './multiplexer.ts';
import { type StreamRequest, channelNumber, resizeNoteForm, streamRequestForm } from './stream-requests.ts';

/** Makes the `accept` of a Multiplexer. */
export function acceptNodeStreams(node: NodeStreams & ClusterDialer): NonNullable<MultiplexerOptions['accept']> {
  return async (body, signal) => {
    const request = streamRequestForm.safeParse(body);
    if (!request.success) throw badRequest(`not a stream that is served here: ${request.error.message}`);
    return openStream(node, request.data, signal);
  };
}

async function openStream(
  node: NodeStreams & ClusterDialer,
  request: StreamRequest,
  signal: AbortSignal,
): Promise<(stream: MultiplexedStream) => void> {
  switch (request.kind) {
    case 'exec': {
      const process = await node.exec(request, signal);
      return (stream) => carryProcess(process, stream);
    }
    case 'attach': {
      const process = await node.attach(request, signal);
      return (stream) => carryProcess(process, stream);
    }
    case 'logs': {
      const log = await node.logs(request, signal);
      return (stream) => carryText(log, stream);
    }
    case 'document': {
      const document = await node.document(request, signal);
      return (stream) => carryText(document, stream);
    }
    case 'portForward': {
      const connection = await node.portForward(request, signal);
      return (stream) => carryConnection(connection, stream);
    }
    case 'dial': {
      const connection = await node.dial(request, signal);
      return (stream) => carryConnection(connection, stream);
    }
  }
}

/** Both halves of a connection. The opener ends the stream once both have ended; a broken one is cut from here. */
export function carryConnection(connection: Duplex, stream: MultiplexedStream): void {
  if (stream.closed.aborted) connection.destroy();
  else void joinToStream(connection, stream);
}

async function joinToStream(connection: Duplex, stream: MultiplexedStream): Promise<void> {
  const inOrder = await joinDuplexes(stream.channel(channelNumber.connection), connection);
  if (!inOrder) stream.destroy();
}

function carryText(text: Readable, stream: MultiplexedStream): void {
  if (stream.closed.aborted) {
    text.destroy();
    return;
  }
  const channel = stream.channel(channelNumber.stdout);
  channel.resume();
  stream.closed.addEventListener('abort', () => text.destroy(), { once: true });
  pipeline(text, channel).catch(() => stream.destroy());
}

function carryProcess(process: ProcessStreams, stream: MultiplexedStream): void {
  if (stream.closed.aborted) {
    process.destroy();
    return;
  }
  stream.closed.addEventListener('abort', () => process.destroy(), { once: true });
  stream.onNote((note) => {
    const told = resizeNoteForm.safeParse(note);
    if (told.success) process.resize(told.data.resize);
  });
  // A process may end without reading its input, so how that pipe ends says nothing.
  if (process.stdin !== undefined) pipeline(stream.channel(channelNumber.stdin), process.stdin).catch(() => undefined);
  const outputs = [carryOutput(process.stdout, stream, channelNumber.stdout), carryOutput(process.stderr, stream, channelNumber.stderr)];
  void Promise.all([process.status, ...outputs]).then(([status]) => stream.note({ status }));
}

async function carryOutput(output: Readable | undefined, stream: MultiplexedStream, number: number): Promise<void> {
  if (output === undefined) return;
  const channel = stream.channel(number);
  output.pipe(channel, { end: false });
  // An output that breaks off still ends: how the process fared is told by its status.
  await Promise.race([finished(output, { writable: false }), finished(channel, { readable: false })]).catch(() => undefined);
  output.unpipe(channel);
  channel.end();
}
