import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, type ClusterId, systemClock } from '@kajitori/apimachinery';
import { type ClusterClient, createClusterClient, type Transport, type UserInfo } from '@kajitori/client';
import { type AllowedAddresses, EgressClient } from '@kajitori/egress';
import { type APIService, catalogue, type Kind, nodes, pods } from '@kajitori/kinds';
import { type Fence, fencedStorage, type Storage } from '@kajitori/storage';
import type { NodeStreams } from '@kajitori/streams';
import type { Logger, Metrics } from '@kajitori/telemetry';
import type { Hono } from 'hono';
import { AggregatedApis } from './aggregation/aggregated-apis.ts';
import { AggregatedOpenApi } from './aggregation/aggregated-openapi.ts';
import type { UpstreamParts } from './aggregation/aggregated-upstream.ts';
import { type ApiServiceCheck, checkApiService } from './aggregation/check-api-service.ts';
import type { FrontProxy } from './aggregation/front-proxy.ts';
import { Auditor } from './audit/auditor.ts';
import type { AuditStore } from './audit/audit-store.ts';
import { Admission, type AdmissionPlugin } from './admission/admission.ts';
import { dynamicAdmission } from './admission/dynamic-admission.ts';
import { builtInPlugins } from './admission/built-in-plugins.ts';
import { namespaceLifecycle } from './admission/namespace-lifecycle.ts';
import { policyStatuses } from './admission/policies/policy-statuses.ts';
import { rbacEscalation } from './admission/rbac-escalation.ts';
import { PolicySource } from './admission/policy-source.ts';
import { Authentication } from './authentication/authentication.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { createAuthorizer, createDecider } from './authorization/authorizer.ts';
import { CompanionSet } from './companions/companions.ts';
import { quotaCharges } from './companions/quota-charges.ts';
import { serviceAddresses } from './companions/service-addresses.ts';
import { RbacSource } from './authorization/rbac-source.ts';
import { signingRequests } from './certificates/signing-requests.ts';
import { type ClusterLimit, clusterLimits } from './cluster-limits.ts';
import { ClusterDial } from './cluster-dial/cluster-dial.ts';
import { unreachableNodes } from './cluster-dial/unreachable-nodes.ts';
import { conversionWebhook } from './custom-resources/conversion-webhook.ts';
import { Definitions } from './custom-resources/definitions.ts';
import { definitionStatuses } from './custom-resources/definition-statuses.ts';
import { eventLoopLoad } from './fairness/event-loop-load.ts';
import { type NeighbourProcess, RequestGate } from './fairness/request-gate.ts';
import { ApiMetrics } from './http/api-metrics.ts';
import { kubernetesApp, type NodeBindings } from './http/hono-app.ts';
import { KubernetesHandler } from './http/kubernetes-handler.ts';
import { ResourceHandler } from './http/resource-handler.ts';
import { OpenApiDocuments } from './openapi/openapi-documents.ts';
import { inProcessTransport } from './operations/in-process.ts';
import { Operations } from './operations/operations.ts';
import { NodeUsageSource } from './node-metrics/node-usage-source.ts';
import { resourceMetrics } from './node-metrics/resource-metrics.ts';
import { serveNodeProxy } from './proxy/serve-node-proxy.ts';
import { serveProxy } from './proxy/serve-proxy.ts';
import { ClusterKinds } from './served-kinds/cluster-kinds.ts';
import { nodeTokens } from './service-accounts/node-tokens.ts';
import { ServiceAccountTokens } from './service-accounts/service-account-tokens.ts';
import { noTokenKeys, type TokenKeys } from './service-accounts/token-keys.ts';
import { TokenRequests } from './service-accounts/token-requests.ts';
import { serveLogs } from './subresources/logs.ts';
import { serveStreamUpgrade } from './subresources/upgrades.ts';
import { WebhookClient } from './webhook-client/webhook-client.ts';
import { WatchHub } from './watch/watch-hub.ts';

export interface ApiServerOptions {
  storage: Storage;
  authenticator: Authenticator;
  /** What clusters sign the tokens of their ServiceAccounts with; absent: there are none. */
  tokenKeys?: TokenKeys;
  logger: Logger;
  clock?: Clock;
  /** Who this server is to aggregated ones; absent: nobody. */
  frontProxy?: FrontProxy;
  /** The way to nodes; absent: none of them is reached. */
  node?: NodeStreams;
  /** Which addresses a URL that a tenant chose may lead to; absent: public ones. */
  egress?: AllowedAddresses;
  /** Where the audit logs of clusters lie; absent: none is written. */
  audit?: AuditStore;
  /** Admission beyond what is always on. */
  plugins?: readonly AdmissionPlugin[];
}

export interface HttpOptions {
  /** The cluster that a connection is for, by its address or name; undefined: the path tells. */
  clusterOf: (incoming: NodeBindings['incoming']) => ClusterId | undefined;
  /** Another way to nodes than the process' own: the gateway has some of them itself. */
  node?: NodeStreams;
  metrics: Metrics;
  /** `host:port` that discovery names. */
  serverAddress: string;
}

/**
 * The Kubernetes API of all clusters: one pipeline (authentication, authorization, admission, registry, storage) with two ways in, over HTTP
 * and in process. It keeps nothing of a cluster but while requests and watches of it run.
 */
export class ApiServer implements AsyncDisposable {
  readonly operations: Operations;
  /** Reaches pods and Services of clusters, for webhooks and aggregated APIs. */
  readonly dial: ClusterDial;
  readonly #options: ApiServerOptions;
  readonly #authentication: Authentication;
  readonly #tokenKeys: TokenKeys;
  readonly #clock: Clock;
  readonly #hub: WatchHub;
  readonly #definitions: Definitions;
  readonly #upstreams: UpstreamParts;
  readonly #aggregated: AggregatedApis;
  readonly #kinds: ClusterKinds;
  readonly #resources: ResourceHandler;
  readonly #gate = new RequestGate({ load: eventLoopLoad() });
  readonly #egress: EgressClient;
  /** Of each HTTP side. */
  readonly #auditors = new AsyncDisposableStack();

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#hub = new WatchHub(options.logger, (cluster, worked) => this.#gate.rest(cluster, worked));
    this.dial = new ClusterDial({ storage: options.storage, node: options.node ?? unreachableNodes });
    this.#upstreams = { dial: this.dial, frontProxy: options.frontProxy };
    this.#egress = new EgressClient({ allowed: options.egress ?? 'public' });
    this.#aggregated = new AggregatedApis({ ...this.#upstreams, storage: options.storage, logger: options.logger });
    const webhooks = new WebhookClient({ egress: this.#egress, dial: this.dial });
    const convert = conversionWebhook(webhooks);
    this.#definitions = new Definitions(options.storage, convert);
    this.#kinds = new ClusterKinds([this.#definitions, this.#aggregated]);
    const keys = options.tokenKeys ?? noTokenKeys;
    const tokens = new ServiceAccountTokens({ storage: options.storage, keys, clock: this.#clock });
    this.#tokenKeys = keys;
    this.#authentication = new Authentication({ tokens, keys, others: options.authenticator });
    const rbac = new RbacSource(options.storage);
    const authorize = createAuthorizer(rbac);
    const policies = new PolicySource();
    const ownKinds = async (cluster: ClusterId): Promise<Iterable<Kind>> => (await this.#kinds.served(cluster)).own;
    this.operations = new Operations({
      clock: this.#clock,
      admission: new Admission([
        namespaceLifecycle(this.#clock),
        ...builtInPlugins(policies),
        nodeTokens,
        rbacEscalation({ authorize, rbac }),
        ...dynamicAdmission({
          storage: options.storage,
          decider: createDecider(rbac),
          webhooks,
          ownKinds,
          convert,
          storageFor: (storage, kind) => this.#definitions.storageFor(storage, kind),
          logger: options.logger,
        }),
        signingRequests({ authorize, clock: this.#clock }),
        ...(options.plugins ?? []),
      ]),
      companions: new CompanionSet([
        serviceAddresses(this.#clock),
        quotaCharges(policies, this.#clock),
        definitionStatuses(this.#definitions, this.#clock),
        policyStatuses(ownKinds),
      ]),
      definitions: this.#definitions,
      authorize,
      authentication: this.#authentication,
      tokenRequests: new TokenRequests(keys, this.#clock),
      rbac,
      hub: this.#hub,
      computed: resourceMetrics(new NodeUsageSource({ node: options.node ?? unreachableNodes, logger: options.logger }), this.#clock),
      podKind: pods,
      logger: options.logger,
    });
    this.#resources = new ResourceHandler({
      operations: this.operations,
      storage: options.storage,
      findKind: (...asked) => this.#kinds.find(...asked),
      clock: this.#clock,
      gate: this.#gate,
    });
  }

  /** The API of one cluster for code in this process. With a fence every write carries it, and `onFenced` hears of the first refused for it. */
  transport(cluster: ClusterId, fenced?: { fence: Fence; onFenced: () => void }): Transport {
    const { storage: shared } = this.#options;
    const storage = fenced === undefined ? shared : fencedStorage(shared, fenced.fence, fenced.onFenced);
    return inProcessTransport(this.operations, storage, cluster, this.#definitions);
  }

  client(cluster: ClusterId, user: UserInfo): ClusterClient {
    return createClusterClient(this.transport(cluster), user);
  }

  /** Whether an APIService is available now, as its condition has it. */
  checkApiService(cluster: ClusterId, object: APIService): Promise<ApiServiceCheck> {
    return checkApiService(this.#upstreams, cluster, object);
  }

  /** Whether a further connection to a cluster may begin, once it may. */
  connection(cluster: ClusterId, gone: AbortSignal): Promise<boolean> {
    return this.#gate.connection(cluster, gone);
  }

  /** What a cluster may use of what it shares with others, and what it uses now. @throws StatusError when the database does not answer. */
  limits(cluster: ClusterId): Promise<ClusterLimit[]> {
    return clusterLimits(this.#options.storage.cluster(cluster));
  }

  /** Whether any cluster has asked for something within the last seconds. */
  get isAsked(): boolean {
    return this.#gate.isAsked;
  }

  /** From now on clusters that take more than their share of this process may be served by another one. */
  beside(neighbour: NeighbourProcess): void {
    this.#gate.beside(neighbour);
  }

  /** The HTTP side: a Hono app for requests, and a handler for the server's `upgrade` event. */
  http({ clusterOf, node = this.#options.node ?? unreachableNodes, metrics, serverAddress }: HttpOptions): {
    app: Hono<{ Bindings: NodeBindings }>;
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  } {
    const { logger } = this.#options;
    const authenticator = this.#authentication;
    const { operations } = this;
    const proxies = { operations, dial: new ClusterDial({ storage: this.#options.storage, node }) };
    const openapi = new AggregatedOpenApi({ ...this.#upstreams, logger: this.#options.logger });
    const aggregation = { apis: this.#aggregated, openapi, services: { ...this.#upstreams, ...proxies } };
    const resources = this.#resources;
    const apiMetrics = new ApiMetrics(metrics);
    const auditor = this.#auditor(apiMetrics);
    const handler = new KubernetesHandler({
      operations,
      resources,
      kinds: this.#kinds,
      tokenKeys: this.#tokenKeys,
      aggregation,
      openapi: new OpenApiDocuments(catalogue),
      clock: this.#clock,
      logger,
      metrics: apiMetrics,
      auditor,
      gate: this.#gate,
      serverAddress,
      connect: (request, call) => {
        if (call.subresource === 'proxy')
          return call.kind === (nodes as unknown) ? serveNodeProxy(operations, node, request, call) : serveProxy(proxies, request, call);
        return call.kind === (pods as unknown) && call.subresource === 'log' ? serveLogs(operations, node, request, call) : undefined;
      },
    });
    return {
      app: kubernetesApp({ handler, authenticator, clusterOf, logger }),
      upgrade: (request, socket, head) =>
        serveStreamUpgrade(
          { ...proxies, aggregation, resources, authenticator, node, auditor, logger, gate: this.#gate },
          request,
          socket,
          head,
          clusterOf(request),
        ),
    };
  }

  #auditor({ auditDropped }: ApiMetrics): Auditor | undefined {
    const { audit: store, logger } = this.#options;
    if (store === undefined) return undefined;
    return this.#auditors.use(new Auditor({ store, logger, clock: this.#clock, dropped: (count) => auditDropped.inc(count) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#auditors[Symbol.asyncDispose]();
    this.#resources[Symbol.dispose]();
    this.#gate[Symbol.dispose]();
    this.#egress[Symbol.dispose]();
    await this.#hub[Symbol.asyncDispose]();
  }
}
