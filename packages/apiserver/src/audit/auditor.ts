import { type Clock, type ClusterId, ShortLivedCache } from '@kajitori/apimachinery';
import {
  type AuditDecision,
  auditDecision,
  type AuditPolicy,
  type AuditStage,
  defaultAuditPolicy,
  parseAuditPolicy,
} from '@kajitori/policies';
import type { Logger } from '@kajitori/telemetry';
import type { HttpAnswer, HttpRequest } from '../http/http-request.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { type AuditedAnswer, type AuditedRequest, auditEvent } from './audit-event.ts';
import { AuditQueue } from './audit-queue.ts';
import type { AuditNotes, AuditRow, AuditStore } from './audit-store.ts';

/** How long a changed policy may take to hold in every process. */
const policyMilliseconds = 5_000;
const policiesMax = 10_000;
/** What an event without bodies weighs about. */
const eventBytes = 2_048;

/** Resources whose bodies are secrets: no policy brings them into a log. */
const secretBodies: ReadonlySet<string> = new Set(['/secrets', '/serviceaccounts/token', 'authentication.k8s.io/tokenreviews']);

/** Decides what of each request goes to its cluster's audit log. What a policy does not keep costs one look at its rules. */
export class Auditor implements AsyncDisposable {
  readonly #store: AuditStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #queue: AuditQueue;
  readonly #policies = new ShortLivedCache<ClusterId, AuditPolicy>({ maxAgeMilliseconds: policyMilliseconds, maxEntries: policiesMax });

  constructor(options: { store: AuditStore; clock: Clock; logger: Logger; dropped: (count: number) => void }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#queue = new AuditQueue(options);
  }

  /** The audit of one request, which notes on it what its event needs; undefined when nothing of it is kept. */
  async begin(request: HttpRequest, info: RequestInfo | undefined): Promise<RequestAudit | undefined> {
    const policy = await this.#policies.get(request.cluster, () => this.#policyOf(request.cluster));
    const verb = info?.verb ?? request.method.toLowerCase();
    // Rules are about who sent it, not as whom it wants to act.
    const { user, path } = request;
    const decision = withoutSecrets(auditDecision(policy, { user, verb, path, ...(info === undefined ? {} : { resource: info }) }), info);
    if (decision.level === 'None') return undefined;
    return new RequestAudit({ queue: this.#queue, clock: this.#clock }, request, info, { decision, verb });
  }

  /** Everything up to now is written. */
  flush(): Promise<void> {
    return this.#queue.flush();
  }

  async #policyOf(cluster: ClusterId): Promise<AuditPolicy> {
    const { policy } = parseAuditPolicy((await this.#stored(cluster)) ?? defaultAuditPolicy);
    return policy ?? defaultAuditPolicy;
  }

  /** A policy that cannot be read now is no reason to refuse requests, nor to keep nothing of them. */
  async #stored(cluster: ClusterId): Promise<unknown> {
    try {
      return await this.#store.policyOf(cluster);
    } catch (error) {
      this.#logger.warn({ error, cluster }, 'an audit policy could not be read: the default holds meanwhile');
      return undefined;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#queue[Symbol.asyncDispose]();
  }
}

function withoutSecrets(decision: AuditDecision, info: RequestInfo | undefined): AuditDecision {
  if (info === undefined || decision.level === 'None') return decision;
  const { group, resource, subresource } = info;
  const secret = secretBodies.has(`${group}/${resource}`) || secretBodies.has(`${group}/${resource}/${subresource}`);
  return secret ? { ...decision, level: 'Metadata' } : decision;
}

/** One request on its way to the log. */
export class RequestAudit {
  readonly notes: AuditNotes;
  readonly #parts: { queue: AuditQueue; clock: Clock };
  readonly #told: Omit<AuditedRequest, 'user' | 'sender'>;
  /** As whom it acts is settled later. */
  readonly #actor: Pick<HttpRequest, 'user' | 'sender'>;
  readonly #cluster: ClusterId;
  #body: Uint8Array | undefined;

  constructor(
    parts: { queue: AuditQueue; clock: Clock },
    request: HttpRequest,
    info: RequestInfo | undefined,
    { decision, verb }: { decision: AuditDecision; verb: string },
  ) {
    const { id = crypto.randomUUID(), address = '', search = '' } = request.origin?.() ?? {};
    this.#parts = parts;
    this.#cluster = request.cluster;
    this.#actor = request;
    this.notes = { annotations: new Map(request.credentialNotes) };
    this.#told = {
      id,
      decision,
      uri: `${request.path}${search}`,
      verb,
      info,
      sourceAddress: address,
      userAgent: request.headers.get('user-agent'),
      receivedAt: parts.clock.now(),
      notes: this.notes,
    };
    request.auditNotes = this.notes;
    if (decision.level !== 'Metadata') this.#keepBody(request);
  }

  /** A watch or a stream begins. */
  started(code: number): void {
    this.#add('ResponseStarted', { code });
  }

  complete({ status, body, pieces }: Pick<HttpAnswer, 'status'> & Partial<Pick<HttpAnswer, 'body' | 'pieces'>>): void {
    const reads = status >= 400 || this.#told.decision.level === 'RequestResponse';
    this.#add('ResponseComplete', {
      code: status,
      requestBody: this.#body,
      isLong: pieces !== undefined,
      ...(reads ? { responseBody: body } : {}),
    });
  }

  #add(stage: AuditStage, answer: AuditedAnswer): void {
    if (this.#told.decision.omitStages.includes(stage)) return;
    const at = this.#parts.clock.now();
    const { user, sender } = this.#actor;
    const request = { ...this.#told, user, sender };
    const { requestBody, responseBody } = answer;
    const bytes = eventBytes + heldBytes(requestBody) + heldBytes(responseBody);
    const cluster = this.#cluster;
    this.#parts.queue.add({ cluster, bytes, row: () => rowOf(cluster, request, { stage, at, answer }) });
  }

  #keepBody(request: HttpRequest): void {
    const read = request.body.bind(request);
    request.body = async () => (this.#body = await read());
  }
}

/** Holds nothing of the request but what its event tells. */
function rowOf(
  cluster: ClusterId,
  request: AuditedRequest,
  { stage, at, answer }: { stage: AuditStage; at: Date; answer: AuditedAnswer },
): AuditRow {
  const { verb, info, user, sender, notes } = request;
  const { resource = '', subresource = '', namespace = '', name = '' } = info ?? {};
  return {
    cluster,
    at: at.toISOString(),
    username: (sender ?? user).name.toWellFormed(),
    verb,
    resource: (subresource === '' ? resource : `${resource}/${subresource}`).toWellFormed(),
    namespace: namespace.toWellFormed(),
    name: (name === '' ? (notes.name ?? '') : name).toWellFormed(),
    event: auditEvent(request, stage, at, answer),
  };
}

function heldBytes(body: string | Uint8Array | undefined): number {
  return body?.length ?? 0;
}
