import { hash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { and, eq, lt, sql } from 'drizzle-orm';
import { AccountsError } from './accounts-error.ts';
import { type AccountsDatabase, isTaken, type OrganizationTransaction, type Queryable } from './database.ts';
import type { OrganizationId } from './ids.ts';
import type { KeyWrapper } from './platform/key-wrapper.ts';
import { auditEntries, idempotentAnswers } from './schema/index.ts';

/** On whose behalf something is done. */
export interface Actor {
  /** A user's or key's id, or `system`. */
  id: string;
  name: string;
  requestId: string;
  /** Given by the caller, so that sending a creation twice creates once. */
  idempotency?: { key: string; request: string };
}

export const systemActor = (requestId = 'system'): Actor => ({ id: 'system', name: 'system', requestId });

export interface AuditNote {
  /** `clusters.create`: what, then which deed. */
  action: string;
  targetId: string;
  targetName: string;
  details?: Record<string, unknown>;
}

/** How long an answer is kept for a request that may be sent again. */
export const idempotencyHours = 24;

/**
 * Changes to accounts. Invariant: a deed, its audit entry and its remembered answer are one transaction, so that
 * none of the three can be there without the others.
 */
export class Deeds {
  readonly #database: AccountsDatabase;
  readonly #wrapper: KeyWrapper;

  constructor(database: AccountsDatabase, wrapper: KeyWrapper) {
    this.#database = database;
    this.#wrapper = wrapper;
  }

  /**
   * Runs `work` bound to the organization, with the note that it gives. When the actor's idempotency key was used
   * before, gives that answer and does nothing; answers are plain data.
   * @throws AccountsError `conflict` when the key was used for another request.
   */
  async perform<T>(
    actor: Actor,
    organizationId: OrganizationId,
    work: (tx: OrganizationTransaction) => Promise<{ result: T; note: AuditNote | undefined }>,
  ): Promise<T> {
    const remembered = await this.#remembered<T>(actor);
    if (remembered !== undefined) return remembered.answer;
    try {
      return await this.#database.inOrganization(organizationId, async (tx) => {
        const { result, note } = await work(tx);
        if (note !== undefined) await audit(tx, actor, note);
        await this.#remember(tx, actor, result);
        return result;
      });
    } catch (error) {
      if (!isTaken(error, 'idempotent_answers_actor_key_pk')) throw error;
      const winner = await this.#remembered<T>(actor);
      if (winner === undefined) throw error;
      return winner.answer;
    }
  }

  /** Forgets answers that are older than promised. */
  async forgetOldAnswers(): Promise<void> {
    const tooOld = sql`now() - make_interval(hours => ${idempotencyHours})`;
    await this.#database.unbound.delete(idempotentAnswers).where(lt(idempotentAnswers.createdAt, tooOld));
  }

  async #remembered<T>({ id, idempotency }: Actor): Promise<{ answer: T } | undefined> {
    if (idempotency === undefined) return undefined;
    const [row] = await this.#database.unbound
      .select()
      .from(idempotentAnswers)
      .where(and(eq(idempotentAnswers.actor, id), eq(idempotentAnswers.key, idempotency.key)));
    if (row === undefined) return undefined;
    if (row.requestHash !== hash('sha256', idempotency.request)) {
      throw new AccountsError(
        'conflict',
        'this Idempotency-Key was used with another request',
        'Send the same request again, or choose a new key for a new one.',
        { field: 'Idempotency-Key' },
      );
    }
    const answer = deserialize(await this.#wrapper.open(row.answer, answerContext(id, idempotency.key))) as T;
    return { answer };
  }

  async #remember(tx: Queryable, { id, idempotency }: Actor, result: unknown): Promise<void> {
    if (idempotency === undefined) return;
    const answer = await this.#wrapper.seal(serialize(result), answerContext(id, idempotency.key));
    await tx.insert(idempotentAnswers).values({
      actor: id,
      key: idempotency.key,
      requestHash: hash('sha256', idempotency.request),
      answer,
    });
  }
}

const answerContext = (actor: string, key: string): string => `idempotent answer ${actor} ${key}`;

async function audit(tx: OrganizationTransaction, actor: Actor, note: AuditNote): Promise<void> {
  await tx.insert(auditEntries).values({
    organizationId: tx.organizationId,
    actor: actor.id,
    actorName: actor.name,
    action: note.action,
    targetId: note.targetId,
    targetName: note.targetName,
    details: note.details ?? {},
    requestId: actor.requestId,
  });
}
