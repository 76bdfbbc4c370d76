import { randomUUID } from 'node:crypto';
import type { ClusterId } from '@kajitori/apimachinery';
import { keyOf, keyText, lineOfSet } from '../keys.ts';
import {
  type Applied,
  type Line,
  type Operation,
  type Refusal,
  type Revision,
  StorageUnavailableError,
  type WriteOptions,
} from '../storage.ts';
import type { Wake } from '../wake.ts';
import { type Database, hasState, isConnectionLoss, isSerializationFailure } from './database.ts';
import { GroupCommit, QueueFullError } from './group-commit.ts';

/**
 * Owns: writes, from a set of operations to its outcome.
 * Invariant: a set is applied at most once. A call whose connection died is first resolved by its id, and only when it is certain that it
 * never happens it is made anew.
 */
interface WriteSet {
  operations: readonly Operation[];
  options: WriteOptions;
}

type Outcome = Applied | Refusal;
/** Of one operation: why it was refused, and the revision that it made or found. */
type OperationOutcome = [refused: 'exists' | 'notFound' | 'conflict' | 'fenced' | null, revision: Revision | null];

const pauseFirstMilliseconds = 10;
const pauseMaxMilliseconds = 500;

export class Writer {
  readonly #database: Database;
  readonly #wake: Wake;
  readonly #groups: GroupCommit<WriteSet, Outcome>;

  constructor(database: Database, wake: Wake) {
    this.#database = database;
    this.#wake = wake;
    this.#groups = new GroupCommit<WriteSet, Outcome>({
      apply: (queue, group) => this.#apply(queue, group),
      keysOf: ({ operations }) => operations.map((operation) => keyText(keyOf(operation))),
      bytesOf: ({ operations }) => operations.reduce((sum, operation) => sum + bodyCharacters(operation) + 512, 0),
    });
  }

  async write(cluster: ClusterId, operations: readonly Operation[], options: WriteOptions): Promise<Outcome> {
    const line = lineOfSet(operations);
    try {
      return await this.#groups.commit(`${line}/${cluster}`, { operations, options });
    } catch (error) {
      if (error instanceof QueueFullError) throw new StorageUnavailableError(error.message, { cause: error });
      throw error;
    }
  }

  async #apply(queue: string, group: WriteSet[]): Promise<Outcome[]> {
    const slash = queue.indexOf('/');
    const line = queue.slice(0, slash) as Line;
    const cluster = queue.slice(slash + 1) as ClusterId;
    let answers: OperationOutcome[];
    try {
      answers = await this.#call(line, cluster, encodeGroup(group));
    } catch (error) {
      if (hasState(error, 'clusterGone')) return group.map(() => ({ refused: 'clusterGone' }));
      if (group.length === 1 && hasState(error, 'limit')) return [{ refused: 'limit', limit: error.message }];
      throw error;
    }
    const outcomes = outcomesOf(group, answers);
    const newest = outcomes.reduce((highest, outcome) => ('revisions' in outcome ? Math.max(highest, ...outcome.revisions) : highest), 0);
    if (newest > 0) this.#wake.ring(cluster, line, newest);
    return outcomes;
  }

  async #call(line: Line, cluster: ClusterId, operations: string): Promise<OperationOutcome[]> {
    const started = performance.now();
    const sql = this.#database.writes;
    for (let pause = pauseFirstMilliseconds; ; pause = Math.min(pause * 2, pauseMaxMilliseconds)) {
      const id = randomUUID();
      try {
        const [row] = await this.#database.answered(
          line === 'durable'
            ? sql<{ outcome: string }[]>`SELECT storage.durable_write(${cluster}, ${id}, ${operations}) AS outcome`
            : sql<{ outcome: string }[]>`SELECT storage.volatile_write(${cluster}, ${id}, ${operations}) AS outcome`,
        );
        this.#database.observe('write', started);
        return JSON.parse(row?.outcome ?? '') as OperationOutcome[];
      } catch (error) {
        if (isConnectionLoss(error)) {
          const happened = await this.#resolve(line, cluster, id, started, error);
          if (happened !== undefined) return happened;
        } else if (!isSerializationFailure(error)) throw error;
        await this.#database.pause('write', started, pause, error);
      }
    }
  }

  /** What a call answered before its connection died; undefined once it is certain that it never happens. */
  async #resolve(line: Line, cluster: ClusterId, id: string, started: number, cause: unknown): Promise<OperationOutcome[] | undefined> {
    const sql = this.#database.writes;
    for (let pause = pauseFirstMilliseconds; ; pause = Math.min(pause * 2, pauseMaxMilliseconds)) {
      await this.#database.pause('write', started, pause, cause);
      try {
        const [row] = await this.#database.answered(
          line === 'durable'
            ? sql<{ outcome: string | null }[]>`SELECT storage.durable_resolve(${cluster}, ${id}) AS outcome`
            : sql<{ outcome: string | null }[]>`SELECT storage.volatile_resolve(${cluster}, ${id}) AS outcome`,
        );
        return row?.outcome === null || row === undefined ? undefined : (JSON.parse(row.outcome) as OperationOutcome[]);
      } catch (error) {
        if (!isConnectionLoss(error) && !isSerializationFailure(error)) throw error;
      }
    }
  }
}

function bodyCharacters(operation: Operation): number {
  return operation.type === 'delete' ? (operation.body?.length ?? 0) : operation.object.body.length;
}

/** The operations as `storage.*_write` reads them: `i` counts operations, `s` sets. */
function encodeGroup(group: readonly WriteSet[]): string {
  let i = 0;
  return JSON.stringify(
    group.flatMap(({ operations, options: { fence } }, s) =>
      operations.map((operation) => {
        const place = { i: i++, s, t: operation.type, fence: fence?.name, epoch: fence?.epoch };
        if (operation.type === 'delete') {
          const { key, uid, expectedRevision: e, body: b } = operation;
          return { ...place, g: key.group, r: key.resource, ns: key.namespace, n: key.name, uid, e, b };
        }
        const { group: g, resource: r, namespace: ns, name: n, uid, body: b, labels: l, fields: f, stamp } = operation.object;
        const e = operation.type === 'update' ? operation.expectedRevision : undefined;
        return { ...place, g, r, ns, n, uid, e, b, l, f, v: stamp.version, h: stamp.schemaHash };
      }),
    ),
  );
}

function outcomesOf(group: readonly WriteSet[], answers: readonly OperationOutcome[]): Outcome[] {
  let next = 0;
  return group.map(({ operations }) => {
    const own = answers.slice(next, (next += operations.length));
    const refusal = own.find(([refused]) => refused !== null);
    if (refusal === undefined) return { revisions: own.map(([, revision]) => revision as Revision) };
    const [refused, current] = refusal;
    return refused === 'conflict' ? { refused, current: current as Revision } : ({ refused } as Refusal);
  });
}
