/**
 * The APIs of each cluster that Services in it serve: which they are, by its APIService objects, and what they say they serve, by asking them.
 *
 * What a cluster has is compared with storage at most once a second and only while somebody asks; what a server says is held for a while, asked again
 * behind the answer, and empty and stale while the server does not say.
 */
import type { ClusterId } from '@kajitori/apimachinery';
import { type APIService, apiServices } from '@kajitori/kinds';
import type { Storage } from '@kajitori/storage';
import type { Logger } from '@kajitori/telemetry';
import { ConfigurationSource } from '../admission/dynamic/configuration-source.ts';
import type { ApiGroup, ApiGroupVersion } from '../discovery/discovery.ts';
import type { GroupSource } from '../served-kinds/group-source.ts';
import { type AggregatedApi, aggregatedApi } from './aggregated-api.ts';
import { aggregatedGroupVersion } from './aggregated-path.ts';
import { aggregatedHost, aggregatedUpstream, type UpstreamParts } from './aggregated-upstream.ts';
import { identityHeaders } from './front-proxy.ts';
import { discoveredResources, resourceListForm } from './remote-resources.ts';
import { upstreamGet } from './upstream-get.ts';

const heldMilliseconds = 30_000;
const failedMilliseconds = 5_000;
const clustersMax = 1_000;
const timeoutMilliseconds = 3_000;
const discoveryBytesMax = 1024 * 1024;

/** Whom aggregated servers take this server for when it asks for itself. */
export const aggregatorUser = { name: 'system:kube-aggregator', groups: ['system:masters', 'system:authenticated'] };

interface HeldCluster {
  apis: readonly AggregatedApi[];
  askedAt: number;
  failed: boolean;
  text: string;
  groups: readonly ApiGroup[];
  asking: Promise<void> | undefined;
}

const noGroups: readonly ApiGroup[] = [];

export class AggregatedApis implements GroupSource {
  readonly #parts: UpstreamParts;
  readonly #source: ConfigurationSource<APIService, AggregatedApi>;
  readonly #held = new Map<ClusterId, HeldCluster>();
  readonly #logger: Logger;

  constructor({ storage, logger, ...parts }: UpstreamParts & { storage: Storage; logger: Logger }) {
    this.#parts = parts;
    this.#logger = logger;
    const make = (service: APIService): AggregatedApi[] => {
      const api = aggregatedApi(service);
      return api === undefined ? [] : [api];
    };
    this.#source = new ConfigurationSource({ storage, kind: apiServices, make });
  }

  /** Those of a cluster, in order of their names. */
  of(cluster: ClusterId): Promise<readonly AggregatedApi[]> {
    return this.#source.of(cluster);
  }

  /** Whose a path is, when it is not this server's. Paths of the catalogue ask nobody. */
  async ofPath(cluster: ClusterId, path: string): Promise<AggregatedApi | undefined> {
    const asked = aggregatedGroupVersion(path);
    if (asked === undefined) return undefined;
    return (await this.of(cluster)).find(({ group, version }) => group === asked.group && version === asked.version);
  }

  async groups(cluster: ClusterId): Promise<readonly ApiGroup[]> {
    const apis = await this.of(cluster);
    if (apis.length === 0) {
      this.#held.delete(cluster);
      return noGroups;
    }
    const held = this.#held.get(cluster);
    if (held === undefined || held.apis !== apis) {
      const fresh: HeldCluster = { apis, askedAt: -Infinity, failed: false, text: '', groups: noGroups, asking: undefined };
      this.#held.delete(cluster);
      this.#held.set(cluster, fresh);
      const oldest = this.#held.keys().next();
      if (this.#held.size > clustersMax && oldest.done !== true) this.#held.delete(oldest.value);
      await this.#ask(cluster, fresh);
      return fresh.groups;
    }
    if (held.asking !== undefined && held.groups === noGroups) await held.asking;
    else if (performance.now() - held.askedAt > (held.failed ? failedMilliseconds : heldMilliseconds)) void this.#ask(cluster, held);
    return held.groups;
  }

  #ask(cluster: ClusterId, held: HeldCluster): Promise<void> {
    held.asking ??= this.#askAll(cluster, held).finally(() => (held.asking = undefined));
    return held.asking;
  }

  async #askAll(cluster: ClusterId, held: HeldCluster): Promise<void> {
    const versions = await Promise.all(held.apis.map(async (api) => ({ api, version: await this.#version(cluster, api) })));
    held.askedAt = performance.now();
    held.failed = versions.some(({ version }) => version.stale === true);
    const text = JSON.stringify(versions);
    if (text === held.text) return;
    held.text = text;
    held.groups = [...Map.groupBy(versions, ({ api }) => api.group)].map(([name, list]) => ({
      name,
      versions: list.toSorted((a, b) => b.api.versionPriority - a.api.versionPriority).map(({ version }) => version),
    }));
  }

  async #version(cluster: ClusterId, api: AggregatedApi): Promise<ApiGroupVersion> {
    const { group, version } = api;
    try {
      if (!api.available) return { version, kinds: [], discovered: [], stale: true };
      const upstream = await aggregatedUpstream(this.#parts, cluster, api, `/apis/${group}/${version}`);
      const headers = identityHeaders(aggregatorUser);
      const { status, body } = await upstreamGet(upstream, {
        host: aggregatedHost(api),
        headers,
        timeoutMilliseconds,
        bytesMax: discoveryBytesMax,
      });
      if (status !== 200) throw new Error(`it answered ${status}`);
      return { version, kinds: [], discovered: discoveredResources(api, resourceListForm.parse(JSON.parse(body))) };
    } catch (error) {
      this.#logger.debug({ error, cluster, name: api.name }, 'an aggregated server does not say what it serves');
      return { version, kinds: [], discovered: [], stale: true };
    }
  }
}
