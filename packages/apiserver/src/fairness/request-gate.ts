import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import { type ClusterId, tooManyRequests } from '@kajitori/apimachinery';
import { type HoldMeter, newHoldMeter, unmetered } from './hold-meter.ts';
import { ConnectionLine } from './connection-line.ts';
import { SharedWidth } from './shared-width.ts';
import { heldAllowance, TimeAllowance, toldAllowance } from './time-allowance.ts';
import { UsageScale } from './usage-scale.ts';

/** Requests of one cluster that run side by side in this process, and those that wait behind them; more are answered 429. */
export const runningMax = 400;
export const waitingMax = 400;
/** So many wait where a process is busy with others too: more would wait for longer than is good. */
export const waitingBeside = 40;
/** Watches of one cluster in this process. */
export const watchesMax = 2_000;
/** Long answers of one cluster that are on their way to their readers. */
export const sendingMax = 200;
/** What all watches of a cluster may leave unread, shared by them; each has at least and at most so much. */
const unreadBytesMax = 128 * 1024 * 1024;
const unreadBytesOfOne = { least: 256 * 1024, most: 16 * 1024 * 1024 };
/** Who has not had his turn by then is told to come again. */
const waitSecondsMax = 10;
const retryAfterSeconds = 1;
const retrySecondsMax = 60;
/** A refusal comes after this, so that who does not wait before he asks again has waited; so many are kept waiting. */
const refusalMilliseconds = 1_000;
const refusalsMax = 2_000;
/** A cluster asks when it has asked within this time. */
const askingMilliseconds = 5_000;
/** While others ask, a cluster may run this many side by side however busy the process is, and begin so many at once. */
export const runningBeside = 8;
const turnsAtOnce = 20;
/** A process that was at work for more than this share of the last second or two has no time to spare. */
const busyLoad = 0.6;
const busySmoothing = 0.04;
/** Where a process is shared that is at work for more than this share of its time, long work rests this many times as long as it took. */
const restLoad = 0.3;
const restShare = 3;

/** A request that waits for its turn. */
interface Waiting {
  /** Infinity: it was let in, and waits as long as it takes. */
  since: number;
  begin: () => void;
  refuse: (error: Error) => void;
}

interface Queue {
  running: number;
  /** Each is aborted when its watch is to begin anew elsewhere. */
  watches: Set<AbortController>;
  sending: number;
  refused: number;
  waiting: Waiting[];
  connections: ConnectionLine;
  askedAt: number;
  /** Whether it is one of those who ask now. */
  isAsking: boolean;
  /** How many more it may begin now, while others ask too. */
  turns: number;
  holds: TimeAllowance;
  /** Of telling its watches. */
  told: TimeAllowance;
}

/** Another process, which serves clusters that are too much for this one; or for which this one does. */
export interface NeighbourProcess {
  /** Whether others ask there, so that nobody is alone here. */
  isShared: boolean;
  /** Whether a cluster is served there from now on: its watches here end at once, and begin again there. */
  serves(cluster: ClusterId): boolean;
  /** Told of a cluster that takes more than its share, again and again while it does. */
  press(cluster: ClusterId): void;
}

export interface RequestGateOptions {
  /** The share of the last moment that the process was at work. */
  load: () => number;
  now?: () => number;
}

/**
 * Owns: whose turn it is. While one cluster asks alone, it may run as many requests as `runningMax`. As soon as others ask too, they share what
 * leaves the process time to answer: a cluster that sends ten times what it may waits behind itself, and not in front of the others. One whose
 * requests hold the process for long (huge bodies, costly rules) has an allowance of such time, and waits for it to come again.
 * Invariants: a cluster's requests begin in the order of their coming; what begins ends, and lets the next one begin; a cluster that asks nothing
 * has nothing here after some seconds.
 */
export class RequestGate implements Disposable {
  readonly #queues = new Map<ClusterId, Queue>();
  readonly #load: () => number;
  readonly #now: () => number;
  readonly #width: SharedWidth;
  /** Clusters that ask now. */
  #askers = 0;
  #lastLoad = 0;
  /** The load, smoothed. */
  #busy = 0;
  readonly #scale = new UsageScale();
  #neighbour: NeighbourProcess | undefined;
  #tick: NodeJS.Timeout | undefined;

  constructor({ load, now = () => performance.now() }: RequestGateOptions) {
    this.#load = load;
    this.#now = now;
    this.#width = new SharedWidth(runningMax);
  }

  /** From now on this process has a neighbour. */
  beside(neighbour: NeighbourProcess): void {
    this.#neighbour = neighbour;
  }

  /** Runs a request when it is its turn. @throws StatusError TooManyRequests when too many wait already. */
  run<T>(cluster: ClusterId, request: (meter: HoldMeter) => Promise<T>): Promise<T> {
    return this.#take(cluster, request, waitingMax);
  }

  /** Runs a further step of what this gate let in already, in its turn. */
  turn<T>(cluster: ClusterId, step: () => Promise<T>): Promise<T> {
    return this.#take(cluster, step, Infinity);
  }

  async #take<T>(cluster: ClusterId, request: (meter: HoldMeter) => Promise<T>, behind: number): Promise<T> {
    const queue = this.#asked(cluster);
    if (queue.waiting.length > 0 || !this.#mayBegin(queue)) {
      const hopeless = behind === Infinity ? undefined : this.#whyNotWait(queue, behind);
      if (hopeless !== undefined) await this.#refuse(queue, hopeless);
      const since = behind === Infinity ? Infinity : this.#now();
      await new Promise<void>((begin, refuse) => queue.waiting.push({ since, begin, refuse }));
    } else {
      queue.running += 1;
      queue.turns -= 1;
    }
    // What a cluster holds while nobody else asks is missing to nobody.
    const meter = this.#asking(queue) > 0 ? newHoldMeter() : unmetered;
    try {
      return await request(meter);
    } finally {
      const used = meter.end();
      queue.holds.spend(used.held, this.#now());
      this.#scale.requested(cluster, used);
      queue.running -= 1;
      this.#begin(queue);
    }
  }

  /** What stands before a request where that has no end for which a client would wait. */
  #whyNotWait(queue: Queue, behind: number): string | undefined {
    const isContended = this.#isContended(queue);
    const most = isContended || this.#neighbour?.isShared === true ? Math.min(behind, waitingBeside) : behind;
    if (queue.waiting.length >= most) return `${most} requests`;
    const isHeld = queue.holds.secondsUntilLeft(this.#now()) > waitSecondsMax;
    return isHeld && isContended ? 'requests that hold it for long' : undefined;
  }

  /** Passes on what is sent piece by piece. @throws StatusError TooManyRequests, at once, when too much of this cluster is being sent. */
  sent<T extends { bytes: Uint8Array }>(cluster: ClusterId, pieces: AsyncIterable<T>): AsyncGenerator<T, void, void> {
    const queue = this.#asked(cluster);
    if (queue.sending >= sendingMax) throw tooMany(`${sendingMax} long answers`, retryAfterSeconds);
    queue.sending += 1;
    return this.#counted(cluster, queue, pieces);
  }

  async *#counted<T extends { bytes: Uint8Array }>(
    cluster: ClusterId,
    queue: Queue,
    pieces: AsyncIterable<T>,
  ): AsyncGenerator<T, void, void> {
    try {
      for await (const piece of pieces) {
        this.#scale.sent(cluster, piece.bytes.length);
        yield piece;
      }
    } finally {
      queue.sending -= 1;
    }
  }

  /**
   * Runs a watch, which waits more than it works, and is to end early when the signal says that it will go on elsewhere. `mayMove`: whether its client
   * would come to where that is.
   * @throws StatusError TooManyRequests when there are too many.
   */
  async watch<T>(cluster: ClusterId, { mayMove }: { mayMove: boolean }, watch: (moved: AbortSignal) => Promise<T>): Promise<T> {
    const queue = this.#asked(cluster);
    if (queue.watches.size >= watchesMax) await this.#refuse(queue, `${watchesMax} watches`);
    const moved = new AbortController();
    if (this.#neighbour?.serves(cluster) === true) moved.abort(isMoved);
    queue.watches.add(moved);
    try {
      return await watch(mayMove ? moved.signal : neverMoved);
    } finally {
      queue.watches.delete(moved);
    }
  }

  /** Resolves when a new connection of a cluster may begin; false: there are too many of them, or it is gone. */
  connection(cluster: ClusterId, gone: AbortSignal): Promise<boolean> {
    this.#scale.connected(cluster);
    return this.#asked(cluster).connections.next(gone);
  }

  /** What one watch of a cluster may leave unread now. */
  unreadBytesMax(cluster: ClusterId): number {
    const share = unreadBytesMax / Math.max(1, this.#queues.get(cluster)?.watches.size ?? 1);
    return Math.min(unreadBytesOfOne.most, Math.max(unreadBytesOfOne.least, share));
  }

  /** Between two slices of long work: lets others in, and where they share a busy process rests for some time. */
  async rest(cluster: ClusterId, workedMilliseconds: number): Promise<void> {
    const queue = this.#queues.get(cluster);
    const isShared = this.#asking(queue) > 0;
    if (isShared && queue !== undefined) {
      queue.told.spend(workedMilliseconds, this.#now());
      this.#scale.worked(cluster, workedMilliseconds);
    }
    if (isShared && this.#lastLoad > restLoad) await sleep(workedMilliseconds * restShare, undefined, { ref: false });
    else await nextTick();
  }

  /** Whether any cluster asks now. */
  get isAsked(): boolean {
    return this.#askers > 0;
  }

  /** Clusters that are known here now, for tests and metrics. */
  get size(): number {
    return this.#queues.size;
  }

  #asked(cluster: ClusterId): Queue {
    let queue = this.#queues.get(cluster);
    const now = this.#now();
    if (queue === undefined) {
      queue = {
        running: 0,
        watches: new Set(),
        sending: 0,
        refused: 0,
        waiting: [],
        connections: new ConnectionLine(),
        askedAt: now,
        isAsking: false,
        turns: turnsAtOnce,
        holds: new TimeAllowance(heldAllowance, now),
        told: new TimeAllowance(toldAllowance, now),
      };
      this.#queues.set(cluster, queue);
      this.#tick ??= setInterval(() => this.#step(), tickMilliseconds).unref();
    }
    queue.askedAt = now;
    if (!queue.isAsking) {
      queue.isAsking = true;
      this.#askers += 1;
    }
    return queue;
  }

  /** How many other clusters ask. */
  #asking(besides: Queue | undefined): number {
    return this.#askers - (besides?.isAsking === true ? 1 : 0) + (this.#neighbour?.isShared === true ? 1 : 0);
  }

  /** Whether what this cluster takes is missing to others. */
  #isContended(queue: Queue): boolean {
    return this.#busy > busyLoad && this.#asking(queue) > 0;
  }

  #mayBegin(queue: Queue): boolean {
    const others = this.#asking(queue);
    if (others === 0) return queue.running < runningMax;
    if (this.#isContended(queue) && !queue.holds.isLeft(this.#now())) return false;
    return queue.turns >= 1 && queue.running < Math.max(runningBeside, this.#width.share(others + 1));
  }

  #begin(queue: Queue): void {
    while (queue.waiting.length > 0 && this.#mayBegin(queue)) {
      queue.running += 1;
      queue.turns -= 1;
      queue.waiting.shift()?.begin();
    }
    const since = this.#now() - waitSecondsMax * 1_000;
    const late = queue.waiting.filter((one) => one.since < since);
    if (late.length === 0) return;
    queue.waiting = queue.waiting.filter((one) => one.since >= since);
    for (const { refuse } of late) refuse(tooMany('requests', this.#retrySeconds(queue)));
  }

  /** Widens or narrows what runs at once, lets begin who waited for time, and forgets who asks no more. */
  #step(): void {
    this.#lastLoad = this.#load();
    this.#busy += (this.#lastLoad - this.#busy) * busySmoothing;
    this.#width.adjust(this.#lastLoad);
    this.#scale.pass(tickMilliseconds, { isCrowded: this.#busy > busyLoad && this.#asking(undefined) > 1 });
    const forgotten = this.#now() - forgetMilliseconds;
    const silent = this.#now() - askingMilliseconds;
    for (const queue of this.#queues.values()) {
      if (!queue.isAsking || queue.running > 0 || queue.askedAt > silent) continue;
      queue.isAsking = false;
      this.#askers -= 1;
    }
    for (const [cluster, queue] of this.#queues) {
      const share = this.#width.share(this.#asking(queue) + 1);
      queue.turns = Math.min(Math.max(turnsAtOnce, share), Math.max(0, queue.turns) + share);
      this.#begin(queue);
      queue.connections.pass(tickMilliseconds, { isContended: this.#isContended(queue) });
      this.#settlePressure(cluster, queue);
      const { running, watches, sending, waiting, connections, askedAt } = queue;
      if (running + watches.size + sending + waiting.length + connections.waiting === 0 && askedAt < forgotten)
        this.#queues.delete(cluster);
    }
    if (this.#queues.size > 0) return;
    clearInterval(this.#tick);
    this.#tick = undefined;
  }

  /** Tells the neighbour of a cluster that takes more than its share; where it is served there from now on, its watches here end. */
  #settlePressure(cluster: ClusterId, queue: Queue): void {
    const neighbour = this.#neighbour;
    if (neighbour === undefined || this.#asking(queue) === 0) return;
    if (queue.isAsking && this.#presses(cluster, queue)) neighbour.press(cluster);
    if (queue.watches.size === 0 || !neighbour.serves(cluster)) return;
    for (const moved of [...queue.watches].filter(({ signal }) => !signal.aborted).slice(0, movedAtOnce)) moved.abort(isMoved);
  }

  #presses(cluster: ClusterId, { holds, told, watches, connections }: Queue): boolean {
    const now = this.#now();
    const isTimeSpent = !holds.isLeft(now) || !told.isLeft(now);
    return isTimeSpent || cluster === this.#scale.heaviest || watches.size > watchesBeside || connections.waiting > 0;
  }

  #retrySeconds(queue: Queue): number {
    return Math.max(retryAfterSeconds, Math.min(retrySecondsMax, queue.holds.secondsUntilLeft(this.#now())));
  }

  async #refuse(queue: Queue, what: string): Promise<never> {
    const seconds = this.#retrySeconds(queue);
    if (queue.refused < refusalsMax) {
      queue.refused += 1;
      await sleep(refusalMilliseconds, undefined, { ref: false });
      queue.refused -= 1;
    }
    throw tooMany(what, seconds);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#tick);
  }
}

const tickMilliseconds = 50;
/** Watches of a cluster beside others: each write of it goes to all of them. */
const watchesBeside = 500;
/** Watches that end in a tick, when they are to begin anew elsewhere: the end of one takes a tenth of a millisecond. */
const movedAtOnce = 20;
const neverMoved = new AbortController().signal;
/** Why they end. One for all: without a reason each would have one made, with a stack. */
const isMoved = new Error('the cluster is served elsewhere');
/** An allowance that was spent is remembered until it is whole again. */
const forgetMilliseconds = 60_000;

function tooMany(what: string, seconds: number): Error {
  return tooManyRequests(`Too many requests, please try again later: ${what} of this cluster wait at this server already`, seconds);
}
