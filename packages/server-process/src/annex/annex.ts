import { type ChildProcess, fork, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setPriority } from 'node:os';
import type { Logger } from '@kajitori/telemetry';
import { annexArgument, type FromAnnex, type ToAnnex } from './annex-messages.ts';

/** Who has pressed is served in the annex for this long from then on. */
const stayMilliseconds = 5 * 60_000;
const lookMilliseconds = 10_000;
/** nice(2). */
const annexNice = 15;
/** Connections on their way to the annex, which may be held up by what it is there for. */
const onTheirWayMax = 1_000;
/** An annex that could not start is not started again before this. */
const restMilliseconds = 60_000;
/** Of the end of an annex that is told to end: what holds it up may hold up its end too. */
const endMillisecondsMax = 5_000;

export interface AnnexOptions {
  logger: Logger;
  /** Starts this program again as its annex; absent: as it was started itself. */
  start?: (options: ForkOptions) => ChildProcess;
  now?: () => number;
}

/** One run of the annex. */
interface Second {
  process: ChildProcess;
  isReady: boolean;
  /** Who came before it was ready. */
  early: (() => void)[];
  onTheirWay: number;
}

/**
 * Owns: a second process of this program, which is there for tenants that hold the first one up, and who they are. What such a tenant costs is then
 * the machine's to share out, and the others' loop is free, whatever it is that holds: a body, a rule, ten thousand handshakes.
 * Nothing runs while nobody presses. Invariants: it ends when this process does; a connection is served here, there, or is closed.
 */
export class Annex implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #start: NonNullable<AnnexOptions['start']>;
  readonly #now: () => number;
  /** Tenant → until when. */
  readonly #stays = new Map<string, number>();
  #second: Second | undefined;
  /** Those that serve what they were given to its end. */
  readonly #retired = new Set<Second>();
  #restUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ logger, start = startAgain, now = () => performance.now() }: AnnexOptions) {
    this.#logger = logger;
    this.#start = start;
    this.#now = now;
  }

  /** From now on, for some minutes, this tenant's connections are to be handed over. True: they were not before. */
  take(tenant: string): boolean {
    if (this.#now() < this.#restUntil) return false;
    this.#second ??= this.#begin();
    if (this.#second === undefined) return false;
    const isNew = !this.#stays.has(tenant);
    this.#stays.set(tenant, this.#now() + stayMilliseconds);
    this.#timer ??= setInterval(() => this.#look(), lookMilliseconds).unref();
    return isNew;
  }

  has(tenant: string): boolean {
    return this.#stays.has(tenant);
  }

  /** How many tenants are served there. */
  get size(): number {
    return this.#stays.size;
  }

  /** The process ids of all that run. */
  get pids(): number[] {
    return [...this.#retired, ...(this.#second === undefined ? [] : [this.#second])].flatMap((one) => one.process.pid ?? []);
  }

  /**
   * Gives a connection of a tenant away: its socket here is of no use any more. `address`: where it was dialled; `head`: what was read of it, where
   * that is how its tenant is known.
   */
  handOver(tenant: string, socket: Socket, { address, head }: { address: string; head?: Uint8Array }): void {
    const second = (this.#second ??= this.#begin());
    if (second === undefined || second.onTheirWay >= onTheirWayMax) {
      socket.destroy();
      return;
    }
    second.onTheirWay += 1;
    const send = (): void => {
      const read = head === undefined ? {} : { head: Buffer.from(head).toString('base64') };
      const message: ToAnnex = { type: 'connection', tenant, address, ...read };
      // One that was closed in the meantime, or that cannot be passed, is closed.
      if (socket.destroyed || !second.process.connected) {
        second.onTheirWay -= 1;
        socket.destroy();
        return;
      }
      second.process.send(message, socket, { keepOpen: false }, (error) => {
        second.onTheirWay -= 1;
        if (error !== null) socket.destroy();
      });
    };
    if (second.isReady) send();
    else second.early.push(send);
  }

  /** Undefined: it cannot be started now. */
  #begin(): Second | undefined {
    let process: ChildProcess;
    try {
      // In a session of its own: see `giveWay`.
      process = this.#start({ detached: true });
    } catch (error) {
      this.#restAfter({ error });
      return undefined;
    }
    const second: Second = { process, isReady: false, early: [], onTheirWay: 0 };
    second.process.on('message', (message: FromAnnex) => {
      if (message.type === 'pressing') this.take(message.tenant);
      else {
        second.isReady = true;
        for (const send of second.early.splice(0)) send();
      }
    });
    second.process.on('error', (error) => {
      this.#logger.warn({ error }, 'the annex fails');
      // What never ran tells of no exit.
      if (process.pid === undefined) this.#ended(second, { code: null, signal: null });
    });
    second.process.once('exit', (code, signal) => this.#ended(second, { code, signal }));
    if (process.pid !== undefined) this.#giveWay(process.pid);
    this.#logger.info({ pid: process.pid }, 'the annex starts');
    return second;
  }

  #ended(second: Second, how: { code: number | null; signal: string | null }): void {
    this.#retired.delete(second);
    this.#logger.info({ pid: second.process.pid, ...how }, 'the annex has ended');
    if (this.#second !== second) return;
    // The next connection begins another one.
    this.#second = undefined;
    if (!second.isReady) this.#restAfter(how);
    for (const send of second.early.splice(0)) send();
  }

  #restAfter(why: object): void {
    this.#logger.warn(why, 'the annex could not start: everybody is served here for a minute');
    this.#restUntil = this.#now() + restMilliseconds;
    this.#stays.clear();
  }

  /** A machine that does not let it be, by limits or a file system that cannot be written, lets it run like any other process. */
  #giveWay(pid: number): void {
    try {
      giveWay(pid);
    } catch (error) {
      this.#logger.warn({ error, pid }, 'the annex does not give way to others');
    }
  }

  /** Lets go who has been calm for long, and the process with the last of them. */
  #look(): void {
    const now = this.#now();
    for (const [tenant, until] of this.#stays) if (until <= now) this.#stays.delete(tenant);
    if (this.#stays.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    const second = this.#second;
    if (second === undefined) return;
    this.#second = undefined;
    this.#retired.add(second);
    if (second.process.connected) second.process.send({ type: 'retire' } satisfies ToAnnex, () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#stays.clear();
    this.#restUntil = Infinity;
    const all = [...this.#retired, ...(this.#second === undefined ? [] : [this.#second])];
    await Promise.all(
      all.map(async ({ process }) => {
        if (process.exitCode !== null || process.signalCode !== null) return;
        const ended = once(process, 'exit');
        process.kill('SIGTERM');
        const late = setTimeout(() => process.kill('SIGKILL'), endMillisecondsMax);
        await ended;
        clearTimeout(late);
      }),
    );
  }
}

function startAgain(options: ForkOptions): ChildProcess {
  return fork(process.argv[1] ?? '', [annexArgument], { ...options, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/**
 * Leaves a process what nobody else wants. It has just begun: threads to come have their priority from its first one. Linux may share the processor
 * out by sessions before it looks at priorities (sched(7), "The autogroup feature"), so its session has one too.
 */
function giveWay(pid: number): void {
  setPriority(pid, annexNice);
  const autogroup = `/proc/${pid}/autogroup`;
  if (existsSync(autogroup)) writeFileSync(autogroup, String(annexNice));
}
