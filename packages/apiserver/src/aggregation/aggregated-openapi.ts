/**
 * What aggregated servers say of themselves in OpenAPI: which documents of version 3 they have, and their part of version 2. Asked for when somebody
 * asks for ours, held as long as somebody does, and left out while a server does not say.
 */
import type { ClusterId } from '@kajitori/apimachinery';
import { type OpenApiV2Part, openApiV2PartBelow } from '@kajitori/schema';
import type { Logger } from '@kajitori/telemetry';
import { z } from 'zod';
import { FreshCache } from '../fresh-cache/fresh-cache.ts';
import { hashOf } from '../served-kinds/served-kinds.ts';
import type { AggregatedApi } from './aggregated-api.ts';
import { aggregatorUser } from './aggregated-apis.ts';
import { aggregatedHost, aggregatedUpstream, type UpstreamParts } from './aggregated-upstream.ts';
import { identityHeaders } from './front-proxy.ts';
import { upstreamGet } from './upstream-get.ts';

const heldMilliseconds = 10_000;
const clustersMax = 200;
const timeoutMilliseconds = 5_000;
const indexBytesMax = 1024 * 1024;
const documentBytesMax = 8 * 1024 * 1024;

const indexForm = z.object({ paths: z.record(z.string(), z.object({ serverRelativeURL: z.string().max(2048) })) });

/** Parts of a document of version 2, and what names their content. */
export interface ForeignParts {
  hash: string;
  parts: readonly OpenApiV2Part[];
}

interface Held<T> {
  apis: readonly AggregatedApi[];
  value: T;
}

export const noForeignParts: ForeignParts = { hash: '', parts: [] };

export class AggregatedOpenApi {
  readonly #parts: UpstreamParts;
  readonly #logger: Logger;
  readonly #indexes = new FreshCache<ClusterId, Held<ReadonlyMap<string, string>>>({ entriesMax: clustersMax });
  readonly #documents = new FreshCache<ClusterId, Held<ForeignParts>>({ entriesMax: clustersMax });

  constructor({ logger, ...parts }: UpstreamParts & { logger: Logger }) {
    this.#parts = parts;
    this.#logger = logger;
  }

  /** Hashes of the documents of version 3, by names as `apis/GROUP/VERSION`. */
  index(cluster: ClusterId, apis: readonly AggregatedApi[]): Promise<ReadonlyMap<string, string>> {
    return this.#held(this.#indexes, cluster, apis, async () => {
      const answers = await this.#askAll(cluster, apis, '/openapi/v3', indexBytesMax);
      const hashes = answers.flatMap(({ api: { group, version }, body }): [string, string][] => {
        const name = `apis/${group}/${version}`;
        const url = indexForm.safeParse(body).data?.paths[name]?.serverRelativeURL;
        const hash = url === undefined ? null : new URL(url, 'https://server').searchParams.get('hash');
        return hash === null ? [] : [[name, hash]];
      });
      return new Map(hashes);
    });
  }

  /** What servers say of their own groups and versions in version 2. */
  version2(cluster: ClusterId, apis: readonly AggregatedApi[]): Promise<ForeignParts> {
    return this.#held(this.#documents, cluster, apis, async () => {
      const answers = await this.#askAll(cluster, apis, '/openapi/v2', documentBytesMax);
      const parts = answers.flatMap(({ api, body }) => this.#part(cluster, api, body));
      return parts.length === 0 ? noForeignParts : { hash: hashOf(JSON.stringify(parts)), parts };
    });
  }

  async #held<T>(
    cache: FreshCache<ClusterId, Held<T>>,
    cluster: ClusterId,
    apis: readonly AggregatedApi[],
    ask: () => Promise<T>,
  ): Promise<T> {
    const load = async (): Promise<Held<T>> => ({ apis, value: await ask() });
    const held = await cache.get(cluster, load, heldMilliseconds);
    // Another set of servers is another document.
    return held.apis === apis ? held.value : (await cache.get(cluster, load, 0)).value;
  }

  #part(cluster: ClusterId, { name, group, version }: AggregatedApi, body: unknown): OpenApiV2Part[] {
    try {
      return [openApiV2PartBelow(body, `/apis/${group}/${version}`)];
    } catch (error) {
      this.#logger.debug({ error, cluster, name }, 'the OpenAPI document of an aggregated server cannot be used');
      return [];
    }
  }

  /** Asks each server once, however many versions it serves. */
  async #askAll(
    cluster: ClusterId,
    apis: readonly AggregatedApi[],
    path: string,
    bytesMax: number,
  ): Promise<{ api: AggregatedApi; body: unknown }[]> {
    const asked = new Map<string, Promise<unknown>>();
    const answers = apis
      .filter(({ available }) => available)
      .map(async (api) => {
        const server = JSON.stringify([api.service, api.caBundle, api.insecureSkipTLSVerify]);
        const answer = asked.get(server) ?? this.#ask(cluster, api, path, bytesMax);
        asked.set(server, answer);
        return { api, body: await answer };
      });
    return (await Promise.all(answers)).filter(({ body }) => body !== undefined);
  }

  /** The JSON of a document; undefined while the server does not give it. */
  async #ask(cluster: ClusterId, api: AggregatedApi, path: string, bytesMax: number): Promise<unknown> {
    try {
      const upstream = await aggregatedUpstream(this.#parts, cluster, api, path);
      const headers = identityHeaders(aggregatorUser);
      const { status, body } = await upstreamGet(upstream, { host: aggregatedHost(api), headers, timeoutMilliseconds, bytesMax });
      if (status !== 200) throw new Error(`it answered ${status}`);
      return JSON.parse(body) as unknown;
    } catch (error) {
      this.#logger.debug({ error, cluster, name: api.name, path }, 'an aggregated server does not describe what it serves');
      return undefined;
    }
  }
}
