import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, type Metrics, silentLogger } from '@kajitori/telemetry';
import postgres from 'postgres';
import { ClusterGoneError, ExpiredError, FutureRevisionError, StorageUnavailableError } from '../storage.ts';

/**
 * Owns: the connections of this process to Postgres, and what becomes of their failures.
 * Invariant: calls for different work do not wait behind one another's locks: reads and writes have pools of their own, both small, both
 * closed when idle. What asks again and again without being asked has one connection of its own (`polls`): the driver gives its calls to
 * connections in turn, so a poll would keep a whole pool open, and a backend of Postgres costs some 4 MB. Not here: SQL.
 */
export interface DatabaseOptions {
  /** Of the role `kajitori_app`. */
  url: string;
  /** Connections for writes, which wait for locks: as many clusters are written at once. */
  writeConnectionsMax?: number;
  /** Connections for reads, on which calls are pipelined. */
  readConnectionsMax?: number;
  /** How long a call is tried again while the database does not answer. */
  unavailableMilliseconds?: number;
  logger?: Logger;
  metrics?: Metrics;
}

const writeConnectionsDefault = 6;
const readConnectionsDefault = 4;
const transactionConnectionsMax = 2;
/** A connection that was not used for this long is closed. */
const idleSeconds = 15;
const connectSeconds = 5;
const statementMilliseconds = 30_000;
/** A process that stops in the middle of a transaction must not hold its locks. */
const idleInTransactionMilliseconds = 10_000;
const drainMilliseconds = 5_000;
/** After this a call counts as lost: the server would have ended it, so the network has swallowed its answer. */
const answerMilliseconds = statementMilliseconds + 5_000;
const unavailableMillisecondsDefault = 15_000;
const pauseFirstMilliseconds = 20;
const pauseMaxMilliseconds = 500;

type Types = { bigint: number };
export type Sql = postgres.Sql<Types>;
export type TransactionSql = postgres.TransactionSql<Types>;

export class Database implements AsyncDisposable {
  readonly reads: Sql;
  readonly writes: Sql;
  readonly polls: Sql;
  /** The driver reserves a connection for a transaction only where calls may follow one another on it (postgres 3.4.9). */
  readonly #transactions: Sql;
  readonly logger: Logger;
  readonly #seconds: { observe(labels: { call: string }, value: number): void } | undefined;
  readonly #unavailableMilliseconds: number;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #closed = new AbortController();

  constructor(options: DatabaseOptions) {
    const { url, writeConnectionsMax = writeConnectionsDefault, readConnectionsMax = readConnectionsDefault, logger, metrics } = options;
    this.#unavailableMilliseconds = options.unavailableMilliseconds ?? unavailableMillisecondsDefault;
    this.logger = logger ?? silentLogger;
    this.#seconds = metrics?.histogram('kajitori_storage_call_seconds', 'Time of calls to Postgres, with their retries', ['call']);
    this.reads = this.#pool(url, readConnectionsMax, {});
    // One call at a time on a connection, none behind it: a call that waits for a head's lock must not hold up another cluster's.
    this.writes = this.#pool(url, writeConnectionsMax, { max_pipeline: 0 });
    this.#transactions = this.#pool(url, transactionConnectionsMax, {});
    this.polls = this.#pool(url, 1, {});
  }

  #pool(url: string, max: number, options: object): Sql {
    return postgres(url, {
      max,
      idle_timeout: idleSeconds,
      connect_timeout: connectSeconds,
      backoff: () => 0,
      onnotice: () => {},
      // It would ask every new connection for the types of arrays; they travel as text (`textArray`).
      fetch_types: false,
      types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
      connection: {
        application_name: 'kajitori',
        statement_timeout: statementMilliseconds,
        idle_in_transaction_session_timeout: idleInTransactionMilliseconds,
      },
      ...options,
    });
  }

  /**
   * Runs a call that may be repeated: after a lost connection it is. What `run` answers are the rows as they came, not a copy: `answered`
   * looks at them.
   * @throws StorageUnavailableError when the database stays away.
   */
  async repeatable<T>(call: string, run: (sql: Sql) => Promise<T>, pool: Sql = this.reads): Promise<T> {
    const started = performance.now();
    for (let pause = pauseFirstMilliseconds; ; pause = Math.min(pause * 2, pauseMaxMilliseconds)) {
      try {
        const answer = await this.answered(run(pool));
        this.observe(call, started);
        return answer;
      } catch (error) {
        if (!isConnectionLoss(error) && !isSerializationFailure(error)) throw error;
        await this.pause(call, started, pause, error);
      }
    }
  }

  /** Records how long a call took, with all its attempts. */
  observe(call: string, started: number): void {
    this.#seconds?.observe({ call }, (performance.now() - started) / 1000);
  }

  /** The answer of a call; rejects, as a lost connection does, when none comes. */
  async answered<T>(call: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(silence()), answerMilliseconds);
    this.#inFlight.add(call);
    try {
      const answer = await Promise.race([call, late]);
      if (isShifted(answer))
        throw Object.assign(new Error('the answer follows rows of a connection that died'), { code: 'CONNECTION_SHIFTED' });
      return answer;
    } finally {
      clearTimeout(timer);
      this.#inFlight.delete(call);
    }
  }

  /** Waits before a call is tried again. @throws StorageUnavailableError when it was tried for long enough, or the pools are closed. */
  async pause(call: string, started: number, milliseconds: number, cause: unknown): Promise<void> {
    const unavailable = (): StorageUnavailableError => new StorageUnavailableError(`the database did not answer to ${call}`, { cause });
    if (this.#closed.signal.aborted || performance.now() - started > this.#unavailableMilliseconds) throw unavailable();
    this.logger.debug({ call, error: cause }, 'storage call lost its connection and is tried again');
    await sleep(milliseconds, undefined, { signal: this.#closed.signal }).catch(() => {
      throw unavailable();
    });
  }

  /** Runs a transaction that is bound to one cluster: row-level security shows it nothing else. */
  bound<T>(call: string, cluster: string, run: (sql: TransactionSql) => Promise<T>): Promise<T> {
    return this.repeatable(
      call,
      (pool) =>
        pool.begin(async (sql) => {
          await sql`SELECT set_config('kajitori.cluster', ${cluster}, true)`;
          return run(sql);
        }) as Promise<T>,
      this.#transactions,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    // The driver's own wait would not end for a connection that died during a call.
    await Promise.race([Promise.allSettled(this.#inFlight), sleep(drainMilliseconds, undefined, { ref: false })]);
    await Promise.all([this.reads, this.writes, this.polls, this.#transactions].map((pool) => pool.end({ timeout: 0 })));
  }
}

/**
 * Whether rows lie in the wrong places. A connection that dies in the middle of an answer leaves the driver's row counter where it was, and
 * the first answer after it is connected again begins behind a hole (postgres 3.4.9). What it answers cannot be trusted.
 */
export function isShifted(answer: unknown): boolean {
  return Array.isArray(answer) && answer.length > 0 && !Object.hasOwn(answer, 0);
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** SQLSTATE classes 08, 57P and 53300 beside the codes of the driver and of sockets. */
const lostCodes =
  /^(CONNECTION_\w+|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND|08...|57P0.|53300)$/;

/** Whether the connection went away, so that it is not known what the server did. */
export function isConnectionLoss(error: unknown): boolean {
  return lostCodes.test(codeOf(error));
}

/** Made only when it is needed: its stack costs more than the rest of a call. */
function silence(): Error {
  return Object.assign(new Error(`no answer within ${answerMilliseconds} ms`), { code: 'CONNECTION_SILENT' });
}

/** Whether the server rolled a transaction back for the sake of another: it may be run again. */
export function isSerializationFailure(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(codeOf(error));
}

export const sqlState = {
  clusterGone: 'KJ404',
  abandoned: 'KJ409',
  expired: 'KJ410',
  limit: 'KJ429',
  applySingly: 'KJ500',
  future: 'KJ504',
} as const;

export function hasState(error: unknown, state: keyof typeof sqlState): error is Error {
  return codeOf(error) === sqlState[state];
}

/** An error of a read in storage's words. */
export function translated(error: unknown, cluster: string, asked: number): unknown {
  if (hasState(error, 'expired')) return new ExpiredError(error.message);
  if (hasState(error, 'future')) return new FutureRevisionError(asked, Number(error.message));
  if (hasState(error, 'clusterGone')) return new ClusterGoneError(cluster);
  return error;
}

/** An array of texts as Postgres writes one. */
export function textArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
