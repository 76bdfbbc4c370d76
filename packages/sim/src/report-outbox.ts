/**
 * What a node has to say about its pods, on its way to the gateway in numbered batches: at most one of a kind is unanswered, of each pod only the newest
 * word waits, and what was refused for now is said again unless something newer came.
 */
import { type AgentMessage, type BatchResult, type GonePod, maxBatchItems, type PodStatusReport } from '@kajitori/agent-protocol';

/** A report that was refused for now is not repeated at once. */
const retryMilliseconds = 500;

type BatchKind = 'podStatuses' | 'podsGone';

export class ReportOutbox {
  readonly #send: (message: AgentMessage) => boolean;
  readonly #statuses = new Map<string, PodStatusReport>();
  readonly #gone = new Map<string, GonePod>();
  readonly #unanswered = new Map<BatchResult['of'], { batch: number; retry: (index: number) => void }>();
  #batch = 0;
  #flushing = false;

  /** `send` answers false while there is no connection. */
  constructor(send: (message: AgentMessage) => boolean) {
    this.#send = send;
  }

  status(report: PodStatusReport): void {
    this.#statuses.set(report.uid, report);
    this.#flushSoon();
  }

  gone(pod: GonePod): void {
    this.#statuses.delete(pod.uid);
    this.#gone.set(pod.uid, pod);
    this.#flushSoon();
  }

  /** A new session has begun: batches of the old one will not be answered. */
  begin(): void {
    for (const { retry } of this.#unanswered.values()) for (let index = 0; index < maxBatchItems; index += 1) retry(index);
    this.#unanswered.clear();
    this.#flushSoon();
  }

  answered({ of, batch, refused }: BatchResult): void {
    const sent = this.#unanswered.get(of);
    if (sent?.batch !== batch) return;
    this.#unanswered.delete(of);
    const again = refused.filter(({ retry }) => retry);
    for (const { index } of again) sent.retry(index);
    if (again.length === 0) this.#flushSoon();
    else setTimeout(() => this.#flushSoon(), retryMilliseconds).unref();
  }

  /** What comes in one turn goes in one batch. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush('podStatuses', this.#statuses, (batch, statuses) => ({ type: 'podStatuses', batch, statuses }));
      this.#flush('podsGone', this.#gone, (batch, pods) => ({ type: 'podsGone', batch, pods }));
    });
  }

  #flush<T extends { uid: string }>(
    kind: BatchKind,
    waiting: Map<string, T>,
    messageOf: (batch: number, items: T[]) => AgentMessage,
  ): void {
    if (waiting.size === 0 || this.#unanswered.has(kind)) return;
    const items = [...waiting.values()].slice(0, maxBatchItems);
    this.#batch += 1;
    if (!this.#send(messageOf(this.#batch, items))) return;
    for (const { uid } of items) waiting.delete(uid);
    this.#unanswered.set(kind, {
      batch: this.#batch,
      retry: (index) => {
        const item = items[index];
        if (item !== undefined && !waiting.has(item.uid)) waiting.set(item.uid, item);
      },
    });
  }
}
