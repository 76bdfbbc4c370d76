import { isStatusError, StatusError } from '@kajitori/apimachinery';
import type { Logger } from '@kajitori/telemetry';
import type { AggregatedApis } from '../aggregation/aggregated-apis.ts';
import type { AggregatedOpenApi } from '../aggregation/aggregated-openapi.ts';
import { withAggregatedDocuments } from '../aggregation/openapi-index.ts';
import { type AggregationServices, serveAggregated } from '../aggregation/serve-aggregated.ts';
import type { Auditor, RequestAudit } from '../audit/auditor.ts';
import { settleActor } from '../authentication/impersonation.ts';
import { noteDecision, refusal } from '../authorization/authorizer.ts';
import { type HoldMeter, meteredStorage } from '../fairness/hold-meter.ts';
import type { RequestGate } from '../fairness/request-gate.ts';
import { aggregatedDiscovery, apiGroup, apiGroupList, type ApiGroup, apiResourceList, apiVersions } from '../discovery/discovery.ts';
import type { ClusterKinds } from '../served-kinds/cluster-kinds.ts';
import type { Document, ServedKinds } from '../served-kinds/served-kinds.ts';
import { versionInfo } from '../discovery/version.ts';
import { parseMediaTypes } from '../negotiation/media-type.ts';
import type { OpenApiDocuments } from '../openapi/openapi-documents.ts';
import { type Operations, unknownPath } from '../operations/operations.ts';
import { issuerDocument, issuerPaths } from '../service-accounts/issuer-documents.ts';
import type { TokenKeys } from '../service-accounts/token-keys.ts';
import { type HttpAnswer, type HttpRequest, isAtOwnAddress, jsonAnswer } from './http-request.ts';
import type { ApiMetrics } from './api-metrics.ts';
import { checkTimeout } from './query-options.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';
import type { ResourceHandler } from './resource-handler.ts';
import type { Call } from '../call.ts';
import type { Clock } from '@kajitori/apimachinery';
import { serveWatch, type WatchOutput } from './watch-handler.ts';

export interface KubernetesHandlerOptions {
  operations: Operations;
  resources: ResourceHandler;
  kinds: ClusterKinds;
  tokenKeys: TokenKeys;
  openapi: OpenApiDocuments;
  clock: Clock;
  logger: Logger;
  metrics: ApiMetrics;
  /** Absent: nothing is audited. */
  auditor?: Auditor | undefined;
  gate: RequestGate;
  /** What servers in the cluster serve. */
  aggregation: { apis: AggregatedApis; openapi: AggregatedOpenApi; services: AggregationServices };
  /** `host:port` that discovery names. */
  serverAddress: string;
  /** Serves GET subresources that answer with more than an object (log, proxy); undefined: not one of them. A promise of undefined: it has answered by itself. */
  connect(request: HttpRequest, call: Call): Promise<HttpAnswer | Response | undefined> | undefined;
}

/** Everything that is served under a cluster's address. */
export class KubernetesHandler {
  readonly #options: KubernetesHandlerOptions;

  constructor(options: KubernetesHandlerOptions) {
    this.#options = options;
  }

  /** Answers one request. Never throws: failures are Status answers. A watch writes to `output()` and gives undefined. */
  async handle(request: HttpRequest, output: () => WatchOutput): Promise<HttpAnswer | Response | undefined> {
    const startedAt = performance.now();
    const info = requestInfo(request.method, request.path, request.query);
    const audit = await this.#options.auditor?.begin(request, info);
    const shown = audit === undefined ? output : () => auditedOutput(audit, output());
    const result = await this.#route(request, info, shown).catch((error: unknown) => errorAnswer(error, this.#options.logger, request));
    audit?.complete(auditedAnswer(result, request));
    if (result !== undefined) this.#options.metrics.answered(info?.verb ?? 'document', result.status, startedAt);
    return result;
  }

  async #route(request: HttpRequest, info: RequestInfo | undefined, output: () => WatchOutput): Promise<HttpAnswer | Response | undefined> {
    await settleActor(this.#options.operations.services.authorize, request);
    const { apis, services } = this.#options.aggregation;
    const remote = await apis.ofPath(request.cluster, request.path);
    if (remote !== undefined) return serveAggregated(services, remote, request, info);
    const { gate } = this.#options;
    if (info === undefined || !isLongRunning(info)) checkTimeout(request.query);
    if (info === undefined) return gate.run(request.cluster, (meter) => this.#document(request, meter));
    const call = await this.#options.resources
      .callFor(request, info)
      // A refusal takes its turn like what is served.
      .catch((error: unknown) =>
        gate.run(request.cluster, async () => {
          throw error;
        }),
      );
    if (call.verb === 'watch') {
      const { operations, clock, metrics } = this.#options;
      await gate.watch(request.cluster, { mayMove: isAtOwnAddress(request) }, (moved) =>
        metrics.watching(() => serveWatch(operations, clock, request, watchCall(call, request), output(), { gate, moved })),
      );
      return undefined;
    }
    // Logs and proxies last as long as their readers like.
    const connected = call.subresource === '' ? undefined : this.#options.connect(request, call);
    if (connected !== undefined) return connected;
    const answer = await gate.run(request.cluster, (meter) =>
      this.#options.resources.handle(
        { ...request, body: () => meteredBody(request, meter) },
        { ...call, storage: meteredStorage(call.storage, meter) },
      ),
    );
    return answer.pieces === undefined ? answer : { ...answer, pieces: gate.sent(request.cluster, answer.pieces) };
  }

  async #document(request: HttpRequest, meter: HoldMeter): Promise<HttpAnswer> {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw unknownPath();
    await meter.waitFor(this.#authorizePath(request));
    const segments = request.path.split('/').filter((one) => one !== '');
    const [first, group, version] = segments;
    if (first === 'version' && segments.length === 1) return jsonAnswer(versionInfo);
    if ((first === 'livez' || first === 'readyz' || first === 'healthz') && segments.length <= 2) {
      const body = request.query.has('verbose') ? `[+]ping ok\n${first} check passed\n` : 'ok';
      return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
    }
    const issuerAnswer = await issuerDocument(this.#options.tokenKeys, request.cluster, request.path);
    if (issuerAnswer !== undefined) return issuerAnswer;
    const served = await meter.waitFor(this.#options.kinds.served(request.cluster));
    const { groups } = served;
    if (first === 'openapi') return this.#openapi(request, served);
    if (first === 'api' && segments.length === 1)
      return this.#groupRoot(request, served, { path: 'api', plain: () => apiVersions(this.#options.serverAddress) });
    if (first === 'apis' && segments.length === 1)
      return this.#groupRoot(request, served, { path: 'apis', plain: () => apiGroupList(groups) });
    const found = first === 'api' ? groups.find(({ name }) => name === '') : groups.find(({ name }) => name === group && name !== '');
    if (first === 'apis' && segments.length === 2 && found !== undefined) return jsonAnswer(apiGroup(found));
    const asked = first === 'api' ? group : version;
    const kinds = found?.versions.find((one) => one.version === asked)?.kinds;
    if (segments.length === (first === 'api' ? 2 : 3) && found !== undefined && kinds !== undefined) {
      return jsonAnswer(apiResourceList({ group: found.name, version: asked ?? '' }, kinds));
    }
    if (segments.length === 0) return jsonAnswer({ paths: rootPaths(groups) });
    throw unknownPath();
  }

  /** Ours, with what aggregated servers say of themselves. */
  async #openapi(request: HttpRequest, served: ServedKinds): Promise<HttpAnswer> {
    const { openapi, aggregation } = this.#options;
    const { cluster, path } = request;
    const apis = await aggregation.apis.of(cluster);
    if (apis.length === 0) return openapi.answer(request, served);
    if (path === '/openapi/v2') return openapi.answer(request, served, await aggregation.openapi.version2(cluster, apis));
    if (path.replace(/\/$/, '') !== '/openapi/v3') return openapi.answer(request, served);
    return withAggregatedDocuments(request, await aggregation.openapi.index(cluster, apis), (one) => openapi.answer(one, served));
  }

  #groupRoot(request: HttpRequest, served: ServedKinds, { path, plain }: { path: 'api' | 'apis'; plain: () => object }): HttpAnswer {
    for (const { type, parameters } of parseMediaTypes(request.headers.get('accept') ?? 'application/json')) {
      if (type === '*/*') break;
      if (type !== 'application/json') continue;
      if (parameters['as'] === undefined) break;
      const version = parameters['v'];
      if (parameters['as'] !== 'APIGroupDiscoveryList' || parameters['g'] !== 'apidiscovery.k8s.io') continue;
      if (version !== 'v2' && version !== 'v2beta1') continue;
      const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      const document = served.document(`${path} ${version}`, () =>
        aggregatedDiscovery(
          served.groups.filter(({ name }) => (name === '') === (path === 'api')),
          version,
        ),
      );
      return taggedAnswer(request, document, contentType);
    }
    return jsonAnswer(plain());
  }

  async #authorizePath({ cluster, user, path, method, auditNotes }: HttpRequest): Promise<void> {
    const attributes = { user, verb: method.toLowerCase(), path };
    const decision = await this.#options.operations.services.authorize(cluster, attributes);
    noteDecision(decision, auditNotes?.annotations);
    if (!decision.allowed) throw refusal(attributes, decision.reason);
  }
}

async function meteredBody(request: HttpRequest, meter: HoldMeter): Promise<Uint8Array> {
  const body = await meter.waitFor(request.body());
  meter.read(body.length);
  return body;
}

/** Those that last as long as their reader likes: what their query says is between the two ends. */
function isLongRunning({ verb, subresource }: RequestInfo): boolean {
  return verb === 'watch' || ['attach', 'exec', 'log', 'portforward', 'proxy'].includes(subresource);
}

/** Says when a watch begins. */
function auditedOutput(audit: RequestAudit, output: WatchOutput): WatchOutput {
  return {
    open(contentType) {
      audit.started(200);
      output.open(contentType);
    },
    write: (frame) => output.write(frame),
    pendingBytes: () => output.pendingBytes(),
    taken: async () => output.taken?.(),
    end: () => output.end(),
  };
}

/** What was answered, also where it went out by another way: of that, only the code is known. */
function auditedAnswer(result: HttpAnswer | Response | undefined, { exchange }: HttpRequest): Parameters<RequestAudit['complete']>[0] {
  if (result === undefined) return { status: exchange?.outgoing.statusCode ?? 200 };
  return result instanceof Response ? { status: result.status } : result;
}

/** A document under its tag: who has it already is told so. */
function taggedAnswer(request: HttpRequest, { body, etag }: Document, contentType: string): HttpAnswer {
  const headers = { 'content-type': contentType, etag, vary: 'accept', 'cache-control': 'no-cache, private' };
  if (request.headers.get('if-none-match') === etag) return { status: 304, headers, body: '' };
  return { status: 200, headers, body };
}

/** `…?watch=true` on one object is a watch of the collection that selects it by name. */
export function watchCall(call: Call, request: HttpRequest): Call {
  if (call.name === '') return call;
  const selector = request.query.get('fieldSelector') ?? '';
  request.query.set('fieldSelector', `${selector === '' ? '' : `${selector},`}metadata.name=${call.name.replace(/[\\,=]/g, '\\$&')}`);
  return { ...call, name: '' };
}

function rootPaths(groups: readonly ApiGroup[]): string[] {
  const api = groups.flatMap(({ name, versions }) =>
    name === ''
      ? versions.map(({ version }) => `/api/${version}`)
      : [`/apis/${name}`, ...versions.map(({ version }) => `/apis/${name}/${version}`)],
  );
  return ['/api', '/apis', ...api, '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version', ...issuerPaths].sort();
}

/** The Status answer of a failure. What is not for the client is logged, with the request that met it. */
export function errorAnswer(
  error: unknown,
  logger: Logger,
  { method, path, cluster, ...told }: Pick<HttpRequest, 'method' | 'path' | 'cluster' | 'origin'> & { id?: string },
): HttpAnswer {
  const id = told.id ?? told.origin?.().id ?? crypto.randomUUID();
  if (!isStatusError(error)) {
    logger.error({ error, method, path, cluster, request: id }, 'a request failed by an internal error');
    return statusAnswer(
      new StatusError('InternalError', `Internal error occurred: request ${id} failed; its cause is in the server's log`),
    );
  }
  if (error.code >= 500) logger.warn({ error, method, path, cluster, request: id }, 'a request was answered with a server error');
  return statusAnswer(error);
}

export function statusAnswer(error: StatusError): HttpAnswer {
  const retry = error.details?.retryAfterSeconds;
  return jsonAnswer(error.toStatus(), error.code, {
    ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
    ...(error.code === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  });
}
