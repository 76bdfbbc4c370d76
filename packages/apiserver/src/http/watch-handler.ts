import { badRequest, type Clock, isStatusError, type KubeObject, StatusError } from '@kajitori/apimachinery';
import { Status } from '@kajitori/kinds';
import type { Call } from '../call.ts';
import { encodeItem, encodeProtobufObject } from '../negotiation/encode.ts';
import { negotiate, protobufType, type Representation } from '../negotiation/media-type.ts';
import { PartialObjectMetadata } from '../negotiation/partial-object-metadata.ts';
import { tableOf } from '../negotiation/table.ts';
import type { Operations } from '../operations/operations.ts';
import { listParameters } from '../registry/list-query.ts';
import { bookmarkObject, type ItemEvent } from '../watch/watch-events.ts';
import type { WatchParameters, WatchSink } from '../watch/watch-session.ts';
import type { RequestGate } from '../fairness/request-gate.ts';
import type { HttpRequest } from './http-request.ts';
import { includeObjectParameter, rawListParameters } from './query-options.ts';
import { isTrue } from './request-info.ts';

/** Where the frames of one watch go: a response, or a WebSocket. */
export interface WatchOutput {
  /** Called once, before the first frame. */
  open(contentType: string): void;
  write(frame: Uint8Array): void;
  /** Bytes written and not yet taken by the client. */
  pendingBytes(): number;
  /** Resolves when what was written was taken, as far as the output can tell, or nobody takes it any more. */
  taken?(): Promise<void>;
  end(): void;
}

const bookmarkIntervalMilliseconds = 60_000;
const timeoutSecondsDefault = { least: 1800, most: 3600 };

/** Serves one watch on an output until it times out, goes on elsewhere, the client leaves, or the log cannot be followed. */
export async function serveWatch(
  operations: Operations,
  clock: Clock,
  request: HttpRequest,
  call: Call,
  output: WatchOutput,
  { gate, moved }: { gate: Pick<RequestGate, 'turn' | 'unreadBytesMax'>; moved: AbortSignal },
): Promise<void> {
  const query = watchParameters(request, call);
  const representation = negotiate(request.headers.get('accept')?.replaceAll(';stream=watch', ''), {
    protobuf: call.kind.custom === undefined,
    views: true,
  });
  const encoder = new FrameEncoder(call, representation, clock, includeObjectParameter(request.query));
  await operations.authorize(call, 'watch');
  const slow = new AbortController();
  // Not AbortSignal.timeout: its timer would outlive the watch by an hour.
  const over = new AbortController();
  const timeout = setTimeout(() => over.abort(), Math.round(timeoutSeconds(request.query) * 1000));
  timeout.unref();
  const signal = AbortSignal.any([request.signal, over.signal, slow.signal, moved]);
  output.open(representation.encoding === 'protobuf' ? `${protobufType};stream=watch` : 'application/json');
  if (moved.aborted) {
    output.end();
    return;
  }
  const sink = new FrameSink(encoder, output, {
    cut: () => slow.abort(),
    bookmarks: isTrue(request.query.get('allowWatchBookmarks')),
    turn: (step) => gate.turn(call.cluster, step),
    unreadBytesMax: () => gate.unreadBytesMax(call.cluster),
  });
  const bookmarks = setInterval(() => sink.bookmark(), bookmarkIntervalMilliseconds);
  bookmarks.unref();
  try {
    await operations.watch(call, query, sink, signal);
    if (!slow.signal.aborted && !request.signal.aborted) sink.bookmark();
  } catch (error) {
    if (!request.signal.aborted) output.write(encoder.error(error));
  } finally {
    clearInterval(bookmarks);
    clearTimeout(timeout);
    output.end();
  }
}

function watchParameters(request: HttpRequest, call: Call): WatchParameters {
  const raw = rawListParameters(request.query);
  const send = request.query.get('sendInitialEvents');
  const sendInitialEvents = send === null || send === '' ? undefined : isTrue(send);
  const invalid = (detail: string): StatusError =>
    new StatusError('Invalid', `ListOptions.meta.k8s.io "" is invalid: ${detail}`, {
      details: { group: 'meta.k8s.io', kind: 'ListOptions' },
    });
  if (raw.continue !== undefined && raw.continue !== '') throw badRequest('continue is not allowed on a watch');
  if (sendInitialEvents !== undefined && raw.resourceVersionMatch !== 'NotOlderThan') {
    throw invalid('resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (sendInitialEvents === undefined && (raw.resourceVersionMatch ?? '') !== '') {
    throw invalid('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  }
  const { resourceVersionMatch: _match, limit: _limit, ...checked } = raw;
  return { ...listParameters(call.kind, checked), sendInitialEvents };
}

function timeoutSeconds(query: URLSearchParams): number {
  const text = query.get('timeoutSeconds') ?? '';
  if (text !== '' && !/^\d{1,9}$/.test(text))
    throw badRequest(`timeoutSeconds: Invalid value: ${JSON.stringify(text)}: must be a whole number of seconds`);
  const { least, most } = timeoutSecondsDefault;
  const asked = Number(text);
  // Spread, so that a crowd of watchers does not come back at one instant.
  return asked > 0 ? Math.min(asked, 24 * 3600) : least + Math.random() * (most - least);
}

interface FrameSinkOptions {
  cut: () => void;
  bookmarks: boolean;
  /** Runs a step of the watch's beginning when it is its turn. */
  turn: <T>(step: () => Promise<T>) => Promise<T>;
  /** A client that has left this much unread when more comes is cut; it resumes from its last event. */
  unreadBytesMax: () => number;
}

class FrameSink implements WatchSink {
  readonly #encoder: FrameEncoder;
  readonly #output: WatchOutput;
  readonly #options: FrameSinkOptions;
  #revision = 0;

  constructor(encoder: FrameEncoder, output: WatchOutput, options: FrameSinkOptions) {
    this.#encoder = encoder;
    this.#output = output;
    this.#options = options;
  }

  async read<T>(step: () => Promise<T>): Promise<T> {
    await this.#output.taken?.();
    return this.#options.turn(step);
  }

  send(events: readonly ItemEvent[], { batch, key }: Parameters<WatchSink['send']>[1]): void {
    this.#write(batch.once(`frames ${key} ${this.#encoder.key}`, () => this.#encoder.events(events)));
  }

  progress(revision: number): void {
    this.#revision = revision;
  }

  initialEventsEnd(revision: number): void {
    this.#revision = revision;
    if (this.#options.bookmarks) this.#write(this.#encoder.bookmark(revision, true));
  }

  bookmark(): void {
    if (this.#options.bookmarks && this.#revision > 0) this.#write(this.#encoder.bookmark(this.#revision, false));
  }

  #write(frame: Uint8Array): void {
    if (this.#output.pendingBytes() > this.#options.unreadBytesMax()) this.#options.cut();
    else this.#output.write(frame);
  }
}

/** Writes watch events in one representation. */
class FrameEncoder {
  /** Watches with the same key write the same bytes. */
  readonly key: string;
  readonly #call: Call;
  readonly #representation: Representation;
  readonly #clock: Clock;
  readonly #includeObject: 'None' | 'Metadata' | 'Object';

  constructor(call: Call, representation: Representation, clock: Clock, includeObject: 'None' | 'Metadata' | 'Object') {
    this.#call = call;
    this.#representation = representation;
    this.#clock = clock;
    this.#includeObject = includeObject;
    this.key = `${representation.encoding} ${representation.as} ${includeObject}`;
  }

  events(events: readonly ItemEvent[]): Uint8Array {
    const options = { representation: this.#representation, includeObject: this.#includeObject, now: this.#clock.now() };
    if (this.#representation.encoding === 'protobuf') {
      return Buffer.concat(events.map(({ type, item }) => protobufFrame(type, encodeItem(item, options) as Uint8Array)));
    }
    return Buffer.from(
      events
        .map(
          ({ type, item }) =>
            `{"type":"${type}","object":${encodeItem(item, { ...options, representation: asJson(options.representation) }) as string}}\n`,
        )
        .join(''),
    );
  }

  bookmark(revision: number, initialEventsEnd: boolean): Uint8Array {
    const { kind } = this.#call;
    const { as, encoding } = this.#representation;
    const bookmark = bookmarkObject(kind, revision, initialEventsEnd) as KubeObject;
    const partial = { ...bookmark, kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' };
    const shown = as === 'partial' ? partial : bookmark;
    if (encoding === 'protobuf')
      return protobufFrame('BOOKMARK', encodeProtobufObject(shown, as === 'partial' ? PartialObjectMetadata : kind.schema));
    const object =
      as === 'table'
        ? {
            ...tableOf(kind, [], { resourceVersion: String(revision) }, { includeObject: 'None', now: this.#clock.now() }),
            rows: [{ cells: [], object: partial }],
          }
        : shown;
    return Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  error(error: unknown): Uint8Array {
    const status = isStatusError(error)
      ? error.toStatus()
      : new StatusError('InternalError', 'the watch ended by an internal error; start it again').toStatus();
    if (this.#representation.encoding === 'protobuf')
      return protobufFrame('ERROR', encodeProtobufObject(status as unknown as KubeObject, Status));
    return Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
  }
}

function asJson(representation: Representation): Representation {
  return { ...representation, encoding: 'json' };
}

/** A length-prefixed `WatchEvent` message, itself without an envelope: type = 1, object (RawExtension with raw = 1) = 2. */
function protobufFrame(type: string, object: Uint8Array): Uint8Array {
  const field = (number: number, bytes: Uint8Array): Uint8Array =>
    Buffer.concat([Uint8Array.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
  const event = Buffer.concat([field(1, Buffer.from(type)), field(2, field(1, object))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}
