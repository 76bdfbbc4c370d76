import type { ClusterId } from '@kajitori/apimachinery';
import type { GatewayInstance } from '@kajitori/streams';
import type { SessionDirectory, SessionKey, SessionRow } from './session-directory.ts';

const textOf = ({ cluster, node }: SessionKey): string => `${cluster}/${node}`;

/** A directory for one process, or for several within one in tests. */
export class MemorySessionDirectory implements SessionDirectory {
  readonly #self: GatewayInstance;
  readonly #rows: Map<string, SessionRow & { at: GatewayInstance }>;

  /** Give the same `rows` to several to let them see each other. */
  constructor(self: GatewayInstance, rows = new Map<string, SessionRow & { at: GatewayInstance }>()) {
    this.#self = self;
    this.#rows = rows;
  }

  async put(session: SessionRow): Promise<void> {
    const known = this.#rows.get(textOf(session));
    if (known === undefined || known.epoch < session.epoch) this.#rows.set(textOf(session), { ...session, at: this.#self });
  }

  async renew(sessions: readonly SessionRow[]): Promise<SessionRow[]> {
    return sessions.filter((session) => (this.#rows.get(textOf(session))?.epoch ?? session.epoch) > session.epoch);
  }

  async remove(session: SessionRow): Promise<void> {
    if (this.#rows.get(textOf(session))?.epoch === session.epoch) this.#rows.delete(textOf(session));
  }

  async locate(key: SessionKey): Promise<GatewayInstance | undefined> {
    return this.#rows.get(textOf(key))?.at;
  }

  async anyNode(cluster: ClusterId): Promise<{ node: string; at: GatewayInstance } | undefined> {
    const row = this.#rows.values().find((candidate) => candidate.cluster === cluster);
    return row === undefined ? undefined : { node: row.node, at: row.at };
  }
}
