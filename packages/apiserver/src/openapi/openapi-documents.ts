import { APIResourceList, DeleteOptions, type Kind, ListMeta, Patch, Status } from '@kajitori/kinds';
import {
  type ApiDescription,
  type ApiResource,
  documentName,
  encodeOpenApiV2,
  encodeOpenApiV2Part,
  groupVersions,
  type OpenApiV2Part,
  openApiV2,
  openApiV3,
  withFreeNames,
} from '@kajitori/schema';
import { type ForeignParts, noForeignParts } from '../aggregation/aggregated-openapi.ts';
import { versionInfo } from '../discovery/version.ts';
import type { HttpAnswer, HttpRequest } from '../http/http-request.ts';
import { parseMediaTypes } from '../negotiation/media-type.ts';
import { kindOfText } from '../negotiation/kind-of-text.ts';
import { unknownPath } from '../operations/operations.ts';
import { hashOf, type ServedKinds } from '../served-kinds/served-kinds.ts';
import { DocumentCache } from './document-cache.ts';

const protobufV2 = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** How the same is named in an answer: Go's parser of media types takes no `@`. */
const protobufV2Answer = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
type Json = Record<string, unknown>;

/** A document under its own hash never changes. */
const immutable = 'public, immutable, max-age=31536000';

interface OpenApiDocument {
  body: string | Uint8Array;
  hash: string;
}

/**
 * `/openapi/v2` and `/openapi/v3`. What the catalogue says is made when first asked for and kept for the life of the process, for all
 * clusters; what a cluster's own kinds add is made when asked for and kept while there is room. Its hash comes from the definitions, so
 * that the index of many definitions costs no document.
 */
export class OpenApiDocuments {
  readonly #catalogue: ApiDescription;
  readonly #catalogueNames: ReadonlySet<string>;
  readonly #made = new Map<string, OpenApiDocument>();
  readonly #own = new DocumentCache();

  constructor(kinds: readonly Kind[]) {
    this.#catalogue = describe(kinds);
    this.#catalogueNames = new Set(groupVersions(this.#catalogue).map(documentName));
  }

  /** @throws StatusError NotFound for a group or version that is not served, NotAcceptable for an encoding that is not. */
  answer(request: HttpRequest, served: ServedKinds, foreign: ForeignParts = noForeignParts): HttpAnswer {
    const { path } = request;
    if (path === '/openapi/v2') return this.#v2(request, served, foreign);
    if (path === '/openapi/v3' || path === '/openapi/v3/') return answerDocument(request, this.#index(served), 'application/json');
    const name = path.startsWith('/openapi/v3/') ? path.slice('/openapi/v3/'.length) : '';
    return this.#v3(request, served, name);
  }

  #v2(request: HttpRequest, served: ServedKinds, foreign: ForeignParts): HttpAnswer {
    const wantsProtobuf = accepts(request, protobufV2);
    const form = wantsProtobuf ? 'v2 protobuf' : 'v2 json';
    const isCatalogueAlone = !served.hasOwn && foreign.parts.length === 0;
    const document = isCatalogueAlone
      ? this.#once(form, () => this.#v2Body(wantsProtobuf))
      : this.#tagged(`${form} ${served.contentHash} ${foreign.hash}`, () => this.#v2With(served, foreign, wantsProtobuf));
    return answerDocument(request, document, wantsProtobuf ? protobufV2Answer : 'application/json');
  }

  #v2Body(asProtobuf: boolean): string | Uint8Array {
    const json = openApiV2(this.#catalogue);
    return asProtobuf ? encodeOpenApiV2(json) : JSON.stringify(json);
  }

  /** Messages of protobuf merge by standing one behind the other: the catalogue's part is never encoded again. */
  #v2With(served: ServedKinds, foreign: ForeignParts, asProtobuf: boolean): string | Uint8Array {
    const catalogue = openApiV2(this.#catalogue) as Json & OpenApiV2Part;
    const parts = [openApiV2(describe([...served.own])) as unknown as OpenApiV2Part];
    const taken = { ...parts[0]?.definitions, ...catalogue.definitions };
    for (const part of foreign.parts) {
      const added = withFreeNames(part, taken);
      Object.assign(taken, added.definitions);
      parts.push(added);
    }
    if (asProtobuf) {
      const encoded = parts.map(({ paths, definitions }) => encodeOpenApiV2Part({ paths, definitions }));
      return Buffer.concat([this.#once('v2 protobuf', () => this.#v2Body(true)).body as Uint8Array, ...encoded]);
    }
    const paths = Object.assign({}, ...parts.map((one) => one.paths), catalogue.paths) as Json;
    return JSON.stringify({ ...catalogue, paths, definitions: taken });
  }

  /** Where each group and version's document lies, under the hash of its content. */
  #index(served: ServedKinds): OpenApiDocument {
    const entries = (names: Iterable<string>, hash: (name: string) => string): object =>
      Object.fromEntries([...names].map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash(name)}` }]));
    const ofCatalogue = (): object => entries(this.#catalogueNames, (name) => this.#catalogueV3(name).hash);
    if (!served.hasOwn) return this.#once('index', () => JSON.stringify({ paths: ofCatalogue() }));
    const { body, etag } = served.document('openapi v3', () => {
      const own = ownKinds(served);
      return { paths: { ...ofCatalogue(), ...entries(own.keys(), (name) => this.#ownHash(name, own.get(name) ?? [])) } };
    });
    return { body, hash: etag.replaceAll('"', '') };
  }

  #v3(request: HttpRequest, served: ServedKinds, name: string): HttpAnswer {
    // Clients that prefer protobuf also take JSON; one that takes nothing else falls back to v2.
    const own = served.hasOwn ? ownKinds(served).get(name) : undefined;
    if (own === undefined && !this.#catalogueNames.has(name)) throw unknownPath();
    const hash = own === undefined ? this.#catalogueV3(name).hash : this.#ownHash(name, own);
    const asked = request.query.get('hash');
    if (asked !== null && asked !== hash) return { status: 301, headers: { location: `/openapi/v3/${name}?hash=${hash}` }, body: '' };
    const document = own === undefined ? this.#catalogueV3(name) : this.#ownV3(name, own, hash);
    const answer = answerDocument(request, document, 'application/json');
    return asked === null ? answer : { ...answer, headers: { ...answer.headers, 'cache-control': immutable } };
  }

  #catalogueV3(name: string): OpenApiDocument {
    return this.#once(`v3 ${name}`, () => JSON.stringify(openApiV3(this.#catalogue, groupVersionOf(name))));
  }

  #ownV3(name: string, own: readonly Kind[], hash: string): OpenApiDocument {
    const body = this.#own.get(hash, () => {
      const beside = this.#catalogue.resources.filter((one) => documentName(one) === name);
      const description = describe(own);
      return JSON.stringify(openApiV3({ ...description, resources: [...beside, ...description.resources] }, groupVersionOf(name)));
    });
    return { body, hash };
  }

  #ownHash(name: string, own: readonly Kind[]): string {
    return hashOf([versionInfo.gitVersion, name, ...own.map(({ custom }) => custom?.contentHash ?? '')].join());
  }

  #tagged(key: string, make: () => string | Uint8Array): OpenApiDocument {
    const hash = hashOf(`${versionInfo.gitVersion} ${key}`);
    return { body: this.#own.get(hash, make), hash };
  }

  #once(key: string, make: () => string | Uint8Array): OpenApiDocument {
    let document = this.#made.get(key);
    if (document === undefined) {
      const body = make();
      document = { body, hash: hashOf(body) };
      this.#made.set(key, document);
    }
    return document;
  }
}

function ownKinds(served: ServedKinds): Map<string, Kind[]> {
  return Map.groupBy(served.own, documentName);
}

/** Splits `api/v1` and `apis/apps/v1`. */
function groupVersionOf(name: string): { group: string; version: string } {
  const [, second = '', third] = name.split('/');
  return third === undefined ? { group: '', version: second } : { group: second, version: third };
}

function accepts(request: HttpRequest, wanted: string): boolean {
  return parseMediaTypes(request.headers.get('accept') ?? '').some(({ type }) => type === wanted);
}

function answerDocument(request: HttpRequest, { body, hash }: OpenApiDocument, contentType: string): HttpAnswer {
  const etag = `"${hash}"`;
  const headers = { 'content-type': contentType, etag, vary: 'accept', 'cache-control': 'no-cache, private' };
  if (request.headers.get('if-none-match') === etag) return { status: 304, headers, body: '' };
  return { status: 200, headers, body };
}

function describe(kinds: readonly Kind[]): ApiDescription {
  return {
    title: 'Kubernetes',
    version: versionInfo.gitVersion,
    common: {
      listMeta: ListMeta.schema,
      deleteOptions: DeleteOptions.schema,
      status: Status.schema,
      patch: Patch.schema,
      apiResourceList: APIResourceList.schema,
    },
    resources: kinds.map(resourceOf),
  };
}

function resourceOf(kind: Kind): ApiResource {
  const { group, version, plural, namespaced, verbs, custom } = kind;
  const schema = custom === undefined ? kind.schema.schema : custom.publishedSchema();
  return {
    group,
    version,
    kind: kind.kind,
    plural,
    namespaced,
    verbs,
    schema,
    ...(custom === undefined ? {} : { custom: true, definitionName: kind.schema.name }),
    subresources: Object.fromEntries(
      Object.entries(kind.subresources ?? {}).map(([name, { kind: subject, verbs: taken }]) => {
        const body = kindOfText(subject);
        return [name, { kind: subject, verbs: taken, ...(body === undefined ? {} : { schema: body.schema.schema }) }];
      }),
    ),
  };
}
