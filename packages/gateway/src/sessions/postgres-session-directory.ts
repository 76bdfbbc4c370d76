import type { ClusterId } from '@kajitori/apimachinery';
import type { GatewayInstance } from '@kajitori/streams';
import type postgres from 'postgres';
import { sessionRowSeconds } from '../limits.ts';
import type { SessionDirectory, SessionKey, SessionRow } from './session-directory.ts';

/** Rows that nobody has renewed for this long are deleted, and how often that is done. */
const forgetAfterHours = 24;
const forgetIntervalMilliseconds = 3_600_000;

/** The rows of `gateway.sessions`. Functions cross clusters only for the caller's own sessions; everything else is bound to one. */
export class PostgresSessionDirectory implements SessionDirectory {
  readonly #sql: postgres.Sql;
  readonly #self: GatewayInstance | undefined;
  #forgotAt = Number.NEGATIVE_INFINITY;

  /** `self`: this process, when it holds sessions. The connections stay the caller's. */
  constructor(sql: postgres.Sql, self?: GatewayInstance) {
    this.#sql = sql;
    this.#self = self;
  }

  async put({ cluster, node, epoch }: SessionRow): Promise<void> {
    const { instance, address } = this.#holder();
    await this.#sql`SELECT gateway.put_session(${cluster}, ${node}, ${epoch}, ${instance}, ${address}, make_interval(secs => ${sessionRowSeconds}))`;
  }

  async renew(sessions: readonly SessionRow[]): Promise<SessionRow[]> {
    if (sessions.length === 0) return [];
    const rows = await this.#sql<{ cluster: ClusterId; node: string; epoch: string }[]>`
      SELECT * FROM gateway.renew_sessions(${JSON.stringify(sessions)}, ${this.#holder().instance}, make_interval(secs => ${sessionRowSeconds}))`;
    await this.#forgetOld();
    return rows.map(({ cluster, node, epoch }) => ({ cluster, node, epoch: Number(epoch) }));
  }

  async remove({ cluster, node, epoch }: SessionRow): Promise<void> {
    await this.#bound(
      cluster,
      (sql) => sql`DELETE FROM gateway.sessions WHERE cluster = ${cluster} AND node = ${node} AND epoch = ${epoch}`,
    );
  }

  async locate({ cluster, node }: SessionKey): Promise<GatewayInstance | undefined> {
    const [row] = await this.#bound(
      cluster,
      (sql) => sql<GatewayInstance[]>`
        SELECT instance, address FROM gateway.sessions WHERE cluster = ${cluster} AND node = ${node} AND expires_at > clock_timestamp()`,
    );
    return row;
  }

  async anyNode(cluster: ClusterId): Promise<{ node: string; at: GatewayInstance } | undefined> {
    const [row] = await this.#bound(
      cluster,
      (sql) => sql<{ node: string; instance: string; address: string }[]>`
        SELECT node, instance, address FROM gateway.sessions WHERE cluster = ${cluster} AND expires_at > clock_timestamp() ORDER BY random() LIMIT 1`,
    );
    return row === undefined ? undefined : { node: row.node, at: { instance: row.instance, address: row.address } };
  }

  async #forgetOld(): Promise<void> {
    if (performance.now() - this.#forgotAt < forgetIntervalMilliseconds) return;
    this.#forgotAt = performance.now();
    await this.#sql`SELECT gateway.forget_sessions(make_interval(hours => ${forgetAfterHours}))`;
  }

  #holder(): GatewayInstance {
    if (this.#self === undefined) throw new Error('a process without an address of its own holds no sessions');
    return this.#self;
  }

  #bound<T extends readonly postgres.MaybeRow[]>(cluster: ClusterId, query: (sql: postgres.TransactionSql) => Promise<T>): Promise<T> {
    return this.#sql.begin(async (sql) => {
      await sql`SELECT set_config('kajitori.cluster', ${cluster}, true)`;
      return query(sql);
    }) as Promise<T>;
  }
}
