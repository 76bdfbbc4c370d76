import {
  type AgentMessage,
  type BatchResult,
  type GonePod,
  type PodStatusReport,
  type ReportedEvent,
  answerTimeoutMilliseconds,
  maxBatchItems,
  targetMessageBytes,
} from '@kajitori/agent-protocol';

const maxEvents = 2000;
const retryMilliseconds = 1000;

type BatchKind = BatchResult['of'];

/** What an item is known by: a newer one of the same key replaces it. */
interface Item<T> {
  key: string;
  value: T;
}

/** What waits to be told to the control plane in batches of one kind: at most one under way. */
class Lane<T> {
  readonly #waiting = new Map<string, T>();
  #underWay: { batch: number; items: Item<T>[] } | undefined;
  #batch = 0;

  get size(): number {
    return this.#waiting.size;
  }

  has(key: string): boolean {
    return this.#waiting.has(key) || this.#underWay?.items.some((one) => one.key === key) === true;
  }

  put(key: string, value: T): void {
    this.#waiting.set(key, value);
  }

  drop(key: string): void {
    this.#waiting.delete(key);
  }

  dropOldest(): void {
    const oldest = this.#waiting.keys().next();
    if (oldest.done !== true) this.#waiting.delete(oldest.value);
  }

  /** The next batch, when none is under way and there is something that may go. */
  next(mayGo: (key: string) => boolean): { batch: number; values: T[] } | undefined {
    if (this.#underWay !== undefined) return undefined;
    const items: Item<T>[] = [];
    let bytes = 0;
    for (const [key, value] of this.#waiting) {
      if (!mayGo(key)) continue;
      bytes += JSON.stringify(value).length;
      if (items.length > 0 && (items.length >= maxBatchItems || bytes > targetMessageBytes)) break;
      items.push({ key, value });
    }
    if (items.length === 0) return undefined;
    for (const { key } of items) this.#waiting.delete(key);
    this.#underWay = { batch: ++this.#batch, items };
    return { batch: this.#batch, values: items.map(({ value }) => value) };
  }

  /** Takes note of an answer; gives back what is to be tried again and what never will be. */
  settle({ batch, refused }: BatchResult): { retried: number; lost: { value: T; reason: string; message: string }[] } {
    const under = this.#underWay;
    if (under?.batch !== batch) return { retried: 0, lost: [] };
    this.#underWay = undefined;
    const lost: { value: T; reason: string; message: string }[] = [];
    let retried = 0;
    for (const { index, retry, reason, message } of refused) {
      const item = under.items[index];
      if (item === undefined) continue;
      if (!retry) lost.push({ value: item.value, reason, message });
      else if (!this.#waiting.has(item.key)) {
        this.#waiting.set(item.key, item.value);
        retried++;
      }
    }
    return { retried, lost };
  }

  /** The connection is gone: what was under way waits again, unless something newer does. */
  revert(): void {
    for (const { key, value } of this.#underWay?.items ?? []) if (!this.#waiting.has(key)) this.#waiting.set(key, value);
    this.#underWay = undefined;
  }
}

export interface OutboxOptions {
  /** The control plane will never take it; `what` names it for the log. */
  onRefused: (what: { kind: BatchKind; name: string; reason: string; message: string }) => void;
  /** A pod's end was told, or the control plane has long forgotten it. */
  onGoneTold: (pod: GonePod) => void;
}

/**
 * What the control plane is yet to be told. Of each pod only the newest status waits, so a long silence costs no memory; events, which are best effort, are
 * dropped from the oldest on. A pod is said to be gone only after its last status was.
 */
export class Outbox {
  readonly #statuses = new Lane<PodStatusReport>();
  readonly #gone = new Lane<GonePod>();
  readonly #events = new Lane<ReportedEvent>();
  readonly #options: OutboxOptions;
  #send: ((message: AgentMessage) => void) | undefined;
  #onSilence: (() => void) | undefined;
  #flushing = false;
  readonly #deadlines = new Map<BatchKind, NodeJS.Timeout>();
  #retryTimer: NodeJS.Timeout | undefined;
  readonly #goneUnderWay = new Map<number, GonePod[]>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  putStatus(report: PodStatusReport): void {
    this.#statuses.put(report.uid, report);
    this.#flushSoon();
  }

  putGone(pod: GonePod): void {
    this.#gone.put(pod.uid, pod);
    this.#flushSoon();
  }

  putEvent(event: ReportedEvent): void {
    if (this.#events.size >= maxEvents) this.#events.dropOldest();
    this.#events.put(`${event.metadata.namespace}/${event.metadata.name}`, event);
    this.#flushSoon();
  }

  /** A session is up: from now on everything goes there. `onSilence` is called when it leaves a batch unanswered for too long. */
  attach(send: (message: AgentMessage) => void, onSilence: () => void): void {
    this.detach();
    this.#send = send;
    this.#onSilence = onSilence;
    this.#flushSoon();
  }

  detach(): void {
    this.#send = undefined;
    clearTimeout(this.#retryTimer);
    for (const timer of this.#deadlines.values()) clearTimeout(timer);
    this.#deadlines.clear();
    for (const lane of [this.#statuses, this.#gone, this.#events]) lane.revert();
  }

  receive(result: BatchResult): void {
    clearTimeout(this.#deadlines.get(result.of));
    this.#deadlines.delete(result.of);
    const { retried, lost } = this.#settle(result);
    for (const { name, reason, message } of lost) this.#options.onRefused({ kind: result.of, name, reason, message });
    if (retried === 0) this.#flushSoon();
    else this.#retryTimer = setTimeout(() => this.#flushSoon(), retryMilliseconds);
  }

  #settle(result: BatchResult): { retried: number; lost: { name: string; reason: string; message: string }[] } {
    switch (result.of) {
      case 'podStatuses': {
        const { retried, lost } = this.#statuses.settle(result);
        return { retried, lost: lost.map(({ value, reason, message }) => ({ name: `${value.namespace}/${value.name}`, reason, message })) };
      }
      case 'events': {
        const { retried, lost } = this.#events.settle(result);
        return { retried, lost: lost.map(({ value, reason, message }) => ({ name: value.metadata.name, reason, message })) };
      }
      case 'podsGone':
        return this.#settleGone(result);
    }
  }

  #settleGone(result: BatchResult): { retried: number; lost: { name: string; reason: string; message: string }[] } {
    const told = this.#goneUnderWay.get(result.batch) ?? [];
    this.#goneUnderWay.clear();
    const { retried } = this.#gone.settle(result);
    const again = new Set(result.refused.filter(({ retry }) => retry).map(({ index }) => index));
    // Whatever else the reason, nothing of the pod is here any more and there is nobody left to tell.
    for (const [index, pod] of told.entries()) if (!again.has(index)) this.#options.onGoneTold(pod);
    return { retried, lost: [] };
  }

  #flushSoon(): void {
    if (this.#flushing || this.#send === undefined) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const send = this.#send;
    if (send === undefined) return;
    const statuses = this.#statuses.next(() => true);
    if (statuses !== undefined) this.#sent(send, { type: 'podStatuses', batch: statuses.batch, statuses: statuses.values });
    const gone = this.#gone.next((uid) => !this.#statuses.has(uid));
    if (gone !== undefined) {
      this.#goneUnderWay.set(gone.batch, gone.values);
      this.#sent(send, { type: 'podsGone', batch: gone.batch, pods: gone.values });
    }
    const events = this.#events.next(() => true);
    if (events !== undefined) this.#sent(send, { type: 'events', batch: events.batch, events: events.values });
  }

  #sent(send: (message: AgentMessage) => void, message: AgentMessage & { type: BatchKind }): void {
    this.#deadlines.set(
      message.type,
      setTimeout(() => this.#onSilence?.(), answerTimeoutMilliseconds),
    );
    send(message);
  }
}
