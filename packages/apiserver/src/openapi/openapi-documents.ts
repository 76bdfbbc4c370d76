import { createHash } from 'node:crypto';
import { APIResourceList, DeleteOptions, type Kind, ListMeta, Patch, Status } from '@kajitori/kinds';
import { type ApiDescription, documentName, encodeOpenApiV2, groupVersions, openApiV2, openApiV3 } from '@kajitori/schema';
import { versionInfo } from '../discovery/version.ts';
import type { HttpAnswer, HttpRequest } from '../http/http-request.ts';
import { parseMediaTypes } from '../negotiation/media-type.ts';
import { kindOfText } from '../negotiation/kind-of-text.ts';
import { unknownPath } from '../operations/operations.ts';

const protobufV2 = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** How the same is named in an answer: Go's parser of media types takes no `@`. */
const protobufV2Answer = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** A document under its own hash never changes. */
const immutable = 'public, immutable, max-age=31536000';

interface Document {
  body: string | Uint8Array;
  hash: string;
}

/** `/openapi/v2` and `/openapi/v3`, made from the catalogue when first asked for and kept for the life of the process. */
export class OpenApiDocuments {
  readonly #description: ApiDescription;
  readonly #made = new Map<string, Document>();

  constructor(kinds: readonly Kind[]) {
    this.#description = describe(kinds);
  }

  /** @throws StatusError NotFound for a group or version that is not served, NotAcceptable for an encoding that is not. */
  answer(request: HttpRequest): HttpAnswer {
    const { path } = request;
    if (path === '/openapi/v2') return this.#v2(request);
    if (path === '/openapi/v3' || path === '/openapi/v3/') return this.#index(request);
    const name = path.startsWith('/openapi/v3/') ? path.slice('/openapi/v3/'.length) : '';
    return this.#v3(request, name);
  }

  #v2(request: HttpRequest): HttpAnswer {
    const wantsProtobuf = accepts(request, protobufV2);
    const document = this.#once(`v2 ${wantsProtobuf}`, () => {
      const json = openApiV2(this.#description);
      return wantsProtobuf ? encodeOpenApiV2(json) : JSON.stringify(json);
    });
    return answerDocument(request, document, wantsProtobuf ? protobufV2Answer : 'application/json');
  }

  /** Where each group and version's document lies, under the hash of its content. */
  #index(request: HttpRequest): HttpAnswer {
    const document = this.#once('index', () => {
      const paths = groupVersions(this.#description).map((one) => {
        const name = documentName(one);
        return [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${this.#documentV3(name)?.hash ?? ''}` }];
      });
      return JSON.stringify({ paths: Object.fromEntries(paths) as object });
    });
    return answerDocument(request, document, 'application/json');
  }

  #v3(request: HttpRequest, name: string): HttpAnswer {
    // Clients that prefer protobuf also take JSON; one that takes nothing else falls back to v2.
    const document = this.#documentV3(name);
    if (document === undefined) throw unknownPath();
    const asked = request.query.get('hash');
    if (asked !== null && asked !== document.hash) {
      return { status: 301, headers: { location: `/openapi/v3/${name}?hash=${document.hash}` }, body: '' };
    }
    const answer = answerDocument(request, document, 'application/json');
    return asked === null ? answer : { ...answer, headers: { ...answer.headers, 'cache-control': immutable } };
  }

  #documentV3(name: string): Document | undefined {
    const groupVersion = groupVersions(this.#description).find((one) => documentName(one) === name);
    if (groupVersion === undefined) return undefined;
    return this.#once(`v3 ${name}`, () => JSON.stringify(openApiV3(this.#description, groupVersion)));
  }

  #once(key: string, make: () => string | Uint8Array): Document {
    let document = this.#made.get(key);
    if (document === undefined) {
      const body = make();
      document = { body, hash: createHash('sha256').update(body).digest('hex').toUpperCase() };
      this.#made.set(key, document);
    }
    return document;
  }
}

function accepts(request: HttpRequest, wanted: string): boolean {
  return parseMediaTypes(request.headers.get('accept') ?? '').some(({ type }) => type === wanted);
}

function answerDocument(request: HttpRequest, { body, hash }: Document, contentType: string): HttpAnswer {
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
    resources: kinds.map((kind) => ({
      group: kind.group,
      version: kind.version,
      kind: kind.kind,
      plural: kind.plural,
      namespaced: kind.namespaced,
      verbs: kind.verbs,
      schema: kind.schema.schema,
      subresources: Object.fromEntries(
        Object.entries(kind.subresources ?? {}).map(([name, { kind: subject, verbs }]) => {
          const body = kindOfText(subject);
          return [name, { kind: subject, verbs, ...(body === undefined ? {} : { schema: body.schema.schema }) }];
        }),
      ),
    })),
  };
}
