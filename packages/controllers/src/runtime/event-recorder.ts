import { type Clock, formatTime, type KubeObject } from '@kajitori/apimachinery';
import type { ClusterClient } from '@kajitori/client';
import { type Event, events } from '@kajitori/kinds';
import type { Logger } from '@kajitori/telemetry';

export interface RecordedEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** Where controllers tell people what they did. Recording never fails a run: events are the part of the record that may be lost. */
export interface EventRecorder {
  record(object: KubeObject, event: RecordedEvent): void;
}

export interface EventRecorderOptions {
  client: ClusterClient;
  component: string;
  clock: Clock;
  logger: Logger;
}

/** Like events within this time become one with a count. */
const similarMilliseconds = 10 * 60_000;
/** Events remembered for counting; the oldest are forgotten first. */
const rememberedMax = 1_000;
/** Events on their way at once; beyond, they are dropped. */
const underWayMax = 200;

interface Remembered {
  namespace: string;
  name: string;
  count: number;
  last: number;
  written: Promise<boolean>;
}

export class ClusterEventRecorder implements EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #remembered = new Map<string, Remembered>();
  #underWay = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  record(object: KubeObject, event: RecordedEvent): void {
    const now = this.#options.clock.now();
    const key = [
      object.kind,
      object.metadata.namespace,
      object.metadata.name,
      object.metadata.uid,
      event.type,
      event.reason,
      event.message,
    ].join('\n');
    const before = this.#remembered.get(key);
    this.#remembered.delete(key);
    if (this.#underWay >= underWayMax) return;
    if (before !== undefined && now.getTime() - before.last < similarMilliseconds) this.#again(key, before, now);
    else this.#first(key, object, event, now);
  }

  #first(key: string, object: KubeObject, event: RecordedEvent, now: Date): void {
    const made = newEvent(object, event, this.#options.component, now);
    const { namespace = '', name = '' } = made.metadata;
    const written = this.#write(() => this.#options.client.resource(events).create(made));
    this.#remember(key, { namespace, name, count: 1, last: now.getTime(), written });
  }

  #again(key: string, { namespace, name, count, written }: Remembered, now: Date): void {
    const patch = { count: count + 1, lastTimestamp: formatTime(now) };
    const rewritten = written.then(
      (exists) => exists && this.#write(() => this.#options.client.resource(events).patch(namespace, name, patch)),
    );
    this.#remember(key, { namespace, name, count: count + 1, last: now.getTime(), written: rewritten });
  }

  #remember(key: string, remembered: Remembered): void {
    this.#remembered.set(key, remembered);
    const oldest = this.#remembered.size > rememberedMax ? this.#remembered.keys().next().value : undefined;
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }

  async #write(write: () => Promise<unknown>): Promise<boolean> {
    this.#underWay += 1;
    try {
      await write();
      return true;
    } catch (error) {
      this.#options.logger.debug({ error }, 'an event was not recorded');
      return false;
    } finally {
      this.#underWay -= 1;
    }
  }
}

/** The event as Kubernetes' recorder writes it: named after the object and the instant. */
function newEvent(
  { apiVersion, kind, metadata }: KubeObject,
  { type, reason, message }: RecordedEvent,
  component: string,
  now: Date,
): Event {
  const namespace = metadata.namespace ?? 'default';
  const nanoseconds = BigInt(now.getTime()) * 1_000_000n + BigInt(Math.floor(Math.random() * 1_000_000));
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace, name: `${metadata.name ?? ''}.${nanoseconds.toString(16)}` },
    involvedObject: {
      apiVersion,
      kind,
      name: metadata.name,
      namespace: metadata.namespace,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
    },
    type,
    reason,
    message: message.length > messageLengthMax ? `${message.slice(0, messageLengthMax - 3)}...` : message,
    source: { component },
    firstTimestamp: formatTime(now),
    lastTimestamp: formatTime(now),
    count: 1,
    reportingComponent: component,
    reportingInstance: '',
  };
}

const messageLengthMax = 1024;
