import { type KubeObject, StatusError } from '@kajitori/apimachinery';
import type { CustomKind } from '@kajitori/kinds';
import { type Change, lineOf, type Revision } from '@kajitori/storage';
import type { Call } from '../call.ts';
import { conversionOf } from '../custom-resources/converting-storage.ts';
import { type Definitions, isDefinitionRow } from '../custom-resources/definitions.ts';
import { readError } from '../registry/errors.ts';
import type { ListParameters } from '../registry/list-query.ts';
import { type ItemPart, type PartPosition, readPart } from '../registry/read.ts';
import { keyOf } from '../registry/stored.ts';
import { SharedBatch, type TailSubscriber } from './cluster-tail.ts';
import { eventOf, type Interest, type ItemEvent } from './watch-events.ts';
import type { WatchHub } from './watch-hub.ts';

/** About how much of the initial events of a watch is read and encoded at once. */
const initialPartBytes = 256 * 1024;

export interface WatchParameters extends ListParameters {
  sendInitialEvents: boolean | undefined;
}

/** Which batch the events come from, and whose interest chose them: watchers with the same key see the same events of it. */
export interface Origin {
  batch: SharedBatch;
  key: string;
}

/** Where a watch's events go. What happens now waits for nobody: a sink that falls behind ends the watch by its signal. */
export interface WatchSink {
  /** Reads some of the present objects when the sink can take more; absent: it always can. */
  read?<T>(step: () => Promise<T>): Promise<T>;
  send(events: readonly ItemEvent[], origin: Origin): void;
  /** Everything up to here has been sent. */
  progress(revision: Revision): void;
  /** The end of the initial events, where they were asked for. */
  initialEventsEnd(revision: Revision): void;
}

export interface WatchServices {
  hub: WatchHub;
  definitions: Definitions;
}

/**
 * Serves one watch until the signal ends it, or until its kind changes (a custom resource's, with its definition: the client watches on from
 * where it is and is served the kind as it is now): the state first when it was asked for, then what the log holds since, then
 * the live tail, without gap or repeat.
 * @throws StatusError Expired or Timeout when the log cannot give what follows the asked revision.
 */
export async function runWatch(
  { hub, definitions }: WatchServices,
  call: Call,
  query: WatchParameters,
  sink: WatchSink,
  signal: AbortSignal,
): Promise<void> {
  const conversion = conversionOf(call.storage);
  const storage = conversion?.storage ?? call.storage;
  const live = new LiveFeed(call, query, sink, conversion);
  const { group, resource } = keyOf(call.kind, '', '');
  const line = lineOf({ group, resource, namespace: call.namespace });
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const { revision: joined, leave } = await hub.join(storage, line, live).catch((error: unknown) => {
    throw readError(error);
  });
  try {
    // From here on a change of the kind is seen by the feed; one just before may not have reached this process's view.
    if (!(await definitions.isCurrent(call))) return;
    const from = wantsState(query) ? await sendState(call, query, sink, signal) : (query.resourceVersion ?? joined);
    if (from === undefined || signal.aborted) return;
    if (from > joined && from > (await storage.revision(line))) throw futureVersion(from, joined);
    if (from < joined) await catchUp(storage, live, { from, until: joined, line, signal });
    // What was not sent must not be passed over by the bookmark of what follows it.
    if (signal.aborted) return;
    live.start(Math.max(from, joined));
    await Promise.race([ended, live.failed, live.outdated]);
  } catch (error) {
    if (!signal.aborted) throw readError(error);
  } finally {
    leave();
  }
}

function wantsState({ resourceVersion, sendInitialEvents }: WatchParameters): boolean {
  return sendInitialEvents ?? (resourceVersion === undefined || resourceVersion === 0);
}

function futureVersion(asked: Revision, current: Revision): StatusError {
  return new StatusError('Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  });
}

/** The present objects as ADDED events, part by part at one revision, as fast as they are taken. Undefined: the watch ended before all were sent. */
async function sendState(call: Call, query: WatchParameters, sink: WatchSink, signal: AbortSignal): Promise<Revision | undefined> {
  const asked = { ...query, limit: undefined, continueFrom: undefined, resourceVersion: undefined, resourceVersionMatch: undefined };
  for (let from: PartPosition | undefined; ;) {
    const read = (): Promise<ItemPart> => readPart(call, asked, { from, bytesMax: initialPartBytes });
    const { items, revision, next } = await (sink.read === undefined ? read() : sink.read(read));
    const events = items.map((item): ItemEvent => ({ type: 'ADDED', item }));
    if (events.length > 0) sink.send(events, { batch: new SharedBatch({ changes: [], revision }), key: '' });
    if (next === undefined) {
      if (query.sendInitialEvents === true) sink.initialEventsEnd(revision);
      return revision;
    }
    // Whoever reads less than all must not take it for all.
    if (signal.aborted) return undefined;
    from = next;
  }
}

/** What the log holds between the asked revision and the one at which the live feed was joined. */
async function catchUp(
  storage: Call['storage'],
  live: LiveFeed,
  { from, until, line, signal }: { from: Revision; until: Revision; line: 'durable' | 'volatile'; signal: AbortSignal },
): Promise<void> {
  const enough = new AbortController();
  for await (const batch of storage.watch({ from, line, signal: AbortSignal.any([signal, enough.signal]) })) {
    live.forward(new SharedBatch({ ...batch, changes: batch.changes.filter(({ revision }) => revision <= until) }));
    if (batch.revision >= until) {
      enough.abort();
      return;
    }
  }
}

/** Holds back what the tail delivers until the past has been sent, then passes it on. */
class LiveFeed implements TailSubscriber {
  readonly failed: Promise<never>;
  readonly #interest: Interest;
  readonly #key: string;
  readonly #sink: WatchSink;
  #fail: (error: unknown) => void = () => undefined;
  #held: SharedBatch[] | undefined = [];
  #after: Revision = 0;
  readonly #definition: CustomKind | undefined;
  /** Where a webhook stands between versions: brings changes into the watched one. */
  readonly conversion: ReturnType<typeof conversionOf>;
  /** The batches that are being converted, one after the other. */
  #converting: Promise<void> = Promise.resolve();
  readonly #outdated = Promise.withResolvers<void>();

  constructor(call: Call, query: WatchParameters, sink: WatchSink, conversion: LiveFeed['conversion']) {
    this.conversion = conversion;
    this.#interest = { call, query };
    this.#key = `${call.kind.group}/${call.kind.version}/${call.kind.plural} ${call.namespace} ${JSON.stringify([query.labels, query.fields])}`;
    this.#sink = sink;
    this.#definition = call.kind.custom;
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // Whoever waits sees the failure; before anyone does it is not unhandled.
    this.failed.catch(() => undefined);
  }

  /** The kind is no longer what it was when the watch began. */
  get outdated(): Promise<void> {
    return this.#outdated.promise;
  }

  deliver(batch: SharedBatch): void {
    if (this.#held === undefined) this.forward(batch);
    else this.#held.push(batch);
  }

  fail(error: unknown): void {
    this.#fail(error);
  }

  /** From now on live; what was held and is not older than `after` goes first. */
  start(after: Revision): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#after = after;
    for (const batch of held) this.forward(batch);
  }

  forward(batch: SharedBatch): void {
    if (batch.revision <= this.#after) return;
    // Only the batch in which the past ended can hold both sides of that line.
    if ((batch.changes[0]?.revision ?? Infinity) <= this.#after) return this.forward(batch.after(this.#after));
    if (this.#definition !== undefined) {
      const change = batch.changes.find((one) => changesKind(one, this.#definition));
      if (change !== undefined) return this.#end(batch, change.revision);
    }
    this.#pass(batch);
  }

  /** What came before the change still goes out; nothing after it, which may be of another shape. */
  #end(batch: SharedBatch, revision: Revision): void {
    this.#pass(new SharedBatch({ changes: batch.changes.filter((one) => one.revision < revision), revision: revision - 1 }));
    this.#after = Infinity;
    void this.#converting.then(() => this.#outdated.resolve());
  }

  #pass(batch: SharedBatch): void {
    const { conversion } = this;
    if (conversion === undefined) return this.#send(batch);
    this.#converting = this.#converting
      .then(async () => this.#send(new SharedBatch({ changes: await conversion.changes(batch.changes), revision: batch.revision })))
      .catch((error: unknown) => this.#fail(error));
  }

  #send(batch: SharedBatch): void {
    const events = batch.once(`events ${this.#key}`, () => {
      const found: ItemEvent[] = [];
      for (const change of batch.changes) {
        const event = eventOf(this.#interest, change);
        if (event !== undefined) found.push(event);
      }
      return found;
    });
    if (events.length > 0) this.#sink.send(events, { batch, key: this.#key });
    this.#sink.progress(batch.revision);
  }
}

function changesKind({ object, type }: Change, kind: CustomKind | undefined): boolean {
  if (kind === undefined || object.name !== kind.definition || object.uid !== kind.definitionUid || !isDefinitionRow(object)) return false;
  if (type === 'delete') return true;
  const { metadata } = JSON.parse(object.body) as KubeObject;
  return (metadata.generation ?? 0) > kind.generation;
}
