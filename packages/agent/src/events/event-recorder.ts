/**
 * Turns what happens to pods and the node into Event objects. Owns their names and counts: the same thing happening again raises a count, as the client
 * libraries of Kubernetes do it, and a pod that never stops complaining is heard less often.
 */
import { formatTime, randomName } from '@kajitori/apimachinery';
import type { Event } from '@kajitori/kinds';
import type { NodePod } from '../model/node-pod.ts';
import type { PodEvent } from '../model/pod-plan.ts';

const component = 'kubelet';
const maxRemembered = 4096;
/** The token bucket of client-go's event spam filter, for each object: 25 at once, then one in five minutes. */
const burst = 25;
const refillMilliseconds = 300_000;

interface Bucket {
  tokens: number;
  at: number;
}

export interface EventRecorderOptions {
  nodeName: string;
  send: (event: Event & { metadata: { name: string; namespace: string } }) => void;
  now: () => Date;
}

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #remembered = new Map<string, Event & { metadata: { name: string; namespace: string } }>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  recordPod({ metadata: { name, namespace, uid, resourceVersion } }: NodePod, event: PodEvent): void {
    this.#record(
      {
        kind: 'Pod',
        apiVersion: 'v1',
        name,
        namespace,
        uid,
        resourceVersion,
        ...(event.fieldPath === undefined ? {} : { fieldPath: event.fieldPath }),
      },
      event,
    );
  }

  recordNode(event: PodEvent): void {
    const { nodeName } = this.#options;
    this.#record({ kind: 'Node', apiVersion: 'v1', name: nodeName, uid: nodeName }, event);
  }

  #record(involvedObject: NonNullable<Event['involvedObject']>, { type, reason, message }: PodEvent): void {
    const now = this.#options.now();
    if (!this.#mayPass(`${involvedObject.kind}/${involvedObject.uid}`, now.getTime())) return;
    const key = JSON.stringify([involvedObject.uid, involvedObject.fieldPath, type, reason, message]);
    const before = this.#remembered.get(key);
    const lastTimestamp = formatTime(now);
    const namespace = involvedObject.namespace ?? 'default';
    const event =
      before === undefined
        ? {
            apiVersion: 'v1',
            kind: 'Event',
            metadata: { name: `${involvedObject.name ?? ''}.${now.getTime().toString(16)}${randomName(4)}`, namespace },
            involvedObject,
            reason,
            message,
            source: { component, host: this.#options.nodeName },
            firstTimestamp: lastTimestamp,
            lastTimestamp,
            count: 1,
            type,
            reportingComponent: component,
            reportingInstance: this.#options.nodeName,
          }
        : { ...before, lastTimestamp, count: (before.count ?? 1) + 1 };
    this.#remembered.delete(key);
    this.#remembered.set(key, event);
    forgetOldest(this.#remembered);
    this.#options.send(event);
  }

  #mayPass(object: string, now: number): boolean {
    const before = this.#buckets.get(object) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, before.tokens + (now - before.at) / refillMilliseconds);
    this.#buckets.delete(object);
    this.#buckets.set(object, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    forgetOldest(this.#buckets);
    return tokens >= 1;
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  const oldest = map.size > maxRemembered ? map.keys().next() : undefined;
  if (oldest?.done === false) map.delete(oldest.value);
}
