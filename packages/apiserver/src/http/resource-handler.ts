import { badRequest, type Clock, type ClusterId, type KubeObject, StatusError } from '@kajitori/apimachinery';
import { DeleteOptions as DeleteOptionsType, type Kind, Status } from '@kajitori/kinds';
import { decodeEnvelope, decodeProtobuf, normalize } from '@kajitori/schema';
import type { Storage } from '@kajitori/storage';
import type { Call } from '../call.ts';
import { decodeObject, type FieldValidation, parseText } from '../negotiation/body.ts';
import { type EncodeOptions, encodeItem, encodePage, encodeValue } from '../negotiation/encode.ts';
import { kindOfText } from '../negotiation/kind-of-text.ts';
import { listForm } from '../negotiation/list-form.ts';
import { negotiate, parseMediaTypes, protobufType } from '../negotiation/media-type.ts';
import { type Answer, isAnswer, type Operations, unknownPath } from '../operations/operations.ts';
import { appliedConfiguration, applyPatchType } from '../patches/applied-configuration.ts';
import { checkPatchType, patchedObject } from '../patches/patched-object.ts';
import type { RequestGate } from '../fairness/request-gate.ts';
import type { DeleteOptions } from '../registry/delete.ts';
import { Item } from '../registry/item.ts';
import { type ListParameters, listParameters, revisionParameter } from '../registry/list-query.ts';
import { readPart, refuseFuture } from '../registry/read.ts';
import type { Updated } from '../registry/update.ts';
import { headOf, isShareable, pageKey } from '../lists/shareable-list.ts';
import { type ListSource, streamedList } from '../lists/list-pieces.ts';
import { SharedLists } from '../lists/shared-lists.ts';
import { gzipBytes, type HttpAnswer, type HttpRequest, jsonAnswer } from './http-request.ts';
import {
  deleteOptions,
  fieldManagerOf,
  dryRunParameter,
  fieldValidationParameter,
  includeObjectParameter,
  rawListParameters,
} from './query-options.ts';
import type { RequestInfo } from './request-info.ts';

/** Finds the kind that a cluster serves under a URL: a built-in one, or one of its own. */
export type FindKind = (
  cluster: ClusterId,
  group: string,
  version: string,
  resource: string,
) => Kind | undefined | Promise<Kind | undefined>;

export interface ResourceHandlerOptions {
  operations: Operations;
  storage: Storage;
  findKind: FindKind;
  clock: Clock;
  gate: RequestGate;
}

/** Resources whose deletion answers with the object that is gone; all others answer with a Status. */
const returnsDeleted = new Set([
  'pods',
  'services',
  'serviceaccounts',
  'persistentvolumeclaims',
  'persistentvolumes',
  'podtemplates',
  'resourcequotas',
]);

/** Serves every resource request but watches and connects: decodes, calls the operation, encodes. */
export class ResourceHandler implements Disposable {
  readonly #options: ResourceHandlerOptions;
  readonly #lists = new SharedLists();

  constructor(options: ResourceHandlerOptions) {
    this.#options = options;
  }

  /** @throws StatusError NotFound when no such resource is served. */
  async callFor(request: HttpRequest, info: RequestInfo): Promise<Call> {
    const kind = await this.#options.findKind(request.cluster, info.group, info.version, info.resource);
    if (kind === undefined || (info.namespace !== '' && !kind.namespaced && info.resource !== 'namespaces')) throw unknownPath();
    const { cluster, user, query } = request;
    const { verb, namespace, name, subresource } = info;
    const storage = this.#options.operations.services.definitions.storageFor(this.#options.storage.cluster(cluster), kind);
    return {
      cluster,
      storage,
      user,
      verb,
      kind,
      namespace,
      name,
      subresource,
      dryRun: dryRunParameter(query, verb),
      fieldManager: fieldManagerOf(request),
      warnings: [],
      ...(request.auditNotes === undefined ? {} : { auditAnnotations: request.auditNotes.annotations }),
    };
  }

  async handle(request: HttpRequest, call: Call): Promise<HttpAnswer> {
    // What nobody could be told is not done.
    this.#encoding(request, call);
    switch (call.verb) {
      case 'get':
        return this.#get(request, call);
      case 'list':
        return this.#list(request, call);
      case 'create':
        return this.#create(request, call);
      case 'update':
        return this.#update(request, call);
      case 'patch':
        return this.#patch(request, call);
      case 'delete':
        return this.#delete(request, call);
      case 'deletecollection':
        return this.#deleteCollection(request, call);
      default:
        throw unknownPath();
    }
  }

  async #get(request: HttpRequest, call: Call): Promise<HttpAnswer> {
    const asked = revisionParameter(request.query.get('resourceVersion') ?? undefined);
    const result = await this.#options.operations.get(call);
    const isOlder = asked !== undefined && result instanceof Item && result.revision !== undefined && result.revision < asked;
    if (isOlder) refuseFuture(asked, await headOf(call));
    return this.#one(request, call, result, 200);
  }

  async #list(request: HttpRequest, call: Call): Promise<HttpAnswer> {
    const encoding = this.#encoding(request, call);
    const query = listParameters(call.kind, rawListParameters(request.query));
    const { operations } = this.#options;
    if (operations.services.computed.has(call.kind))
      return answer(encodePage(call.kind, await operations.list(call, query), encoding), 200, call, encoding);
    await operations.authorize(call, 'list');
    const source = this.#listSource(call, query, encoding);
    if (isShareable(call, query, encoding)) {
      const answered = await this.#lists.get(pageKey(call, request.query, encoding), () => headOf(call), source);
      if ('pieces' in answered) return { ...answer('', 200, call, encoding), pieces: answered.pieces };
      const { whole } = answered;
      return { ...answer(whole.bytes, 200, call, encoding), gzipped: () => (whole.gzipped ??= gzipBytes(whole.bytes)) };
    }
    const first = await source.read();
    if (first.next === undefined) return answer(source.whole(first), 200, call, encoding);
    return { ...answer('', 200, call, encoding), pieces: streamedList(source, first) };
  }

  /** Parts after the first are turns of their own: a long list does not hold up what else its cluster asks, nor other clusters. */
  #listSource(call: Call, query: ListParameters, encoding: EncodeOptions): ListSource {
    const { gate } = this.#options;
    const form = listForm(call.kind, encoding, query.limit !== undefined);
    const { bytesMax } = form;
    return {
      form,
      read: (from) =>
        from === undefined ? readPart(call, query, { bytesMax }) : gate.turn(call.cluster, () => readPart(call, query, { from, bytesMax })),
      whole: ({ items, rows: _rows, revision, next: _next, ...rest }) =>
        encodePage(call.kind, { items, resourceVersion: String(revision), ...rest }, encoding),
    };
  }

  async #create(request: HttpRequest, call: Call): Promise<HttpAnswer> {
    if (call.name !== '' && call.subresource === '') throw wrongMethod();
    const body = await this.#decode(request, call, this.#subjectOf(call));
    const result = await this.#options.operations.create(call, body);
    // The server has chosen it.
    if (request.auditNotes !== undefined && result instanceof Item) request.auditNotes.name ??= result.object.metadata.name;
    return this.#one(request, call, result, 201);
  }

  async #update(request: HttpRequest, call: Call): Promise<HttpAnswer> {
    if (call.name === '') throw wrongMethod();
    const body = await this.#decode(request, call, this.#subjectOf(call));
    return this.#updated(request, call, await this.#options.operations.update(call, body));
  }

  async #patch(request: HttpRequest, call: Call): Promise<HttpAnswer> {
    if (call.name === '') throw wrongMethod();
    const type = parseMediaTypes(request.headers.get('content-type') ?? '')[0]?.type ?? '';
    checkPatchType(call, type);
    const fieldValidation = fieldValidationParameter(request.query, call.verb);
    if (type === applyPatchType) return this.#apply(request, call, fieldValidation);
    const { value, duplicates } = parseText('json', await request.body(), fieldValidation !== 'Ignore');
    const result = await this.#options.operations.patch(call, (old) => {
      call.warnings.length = 0;
      return patchedObject(call, old, { type, patch: value, duplicates, fieldValidation });
    });
    return this.#updated(request, call, result);
  }

  /** Server-side apply: creates what does not exist, else merges by ownership. */
  async #apply(request: HttpRequest, call: Call, fieldValidation: FieldValidation): Promise<HttpAnswer> {
    const { value, duplicates } = parseText('yaml', await request.body(), fieldValidation !== 'Ignore');
    const apply = appliedConfiguration(call, value, { duplicates, fieldValidation, query: request.query, clock: this.#options.clock });
    const createFrom = call.subresource === '' ? { createFrom: () => apply(undefined) } : {};
    return this.#updated(request, call, await this.#options.operations.apply(call, { change: apply, ...createFrom }));
  }

  async #delete(request: HttpRequest, call: Call): Promise<HttpAnswer> {
    const options = await this.#deleteOptions(request);
    const { item, gone } = await this.#options.operations.delete({ ...call, dryRun: call.dryRun || options.dryRun }, options);
    // Kinds that return what they deleted are those whose deletion is watched by its user.
    if (!gone || (call.kind.group === '' && returnsDeleted.has(call.kind.plural))) return this.#one(request, call, item, 200);
    const { name, uid } = item.object.metadata;
    const details = { name, ...(call.kind.group === '' ? {} : { group: call.kind.group }), kind: call.kind.plural, uid };
    return jsonAnswer({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }, 200, warningHeaders(call));
  }

  async #deleteCollection(request: HttpRequest, call: Call): Promise<HttpAnswer> {
    const encoding = this.#encoding(request, call);
    const options = await this.#deleteOptions(request);
    const asked = { ...call, dryRun: call.dryRun || options.dryRun };
    const { items, isAll } = await this.#options.operations.deleteCollection(
      asked,
      listParameters(call.kind, rawListParameters(request.query)),
      options,
    );
    if (!isAll) return jsonAnswer({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }, 200, warningHeaders(call));
    const resourceVersion = String(items.reduce((newest, { revision = 0 }) => Math.max(newest, revision), 0));
    return answer(encodePage(call.kind, { items, resourceVersion }, encoding), 200, call, encoding);
  }

  /** The kind of the body: the resource's, or that of its subresource. */
  #subjectOf(call: Call): Kind {
    const subject = call.subresource === '' ? undefined : call.kind.subresources?.[call.subresource]?.kind;
    if (subject === undefined) return call.kind;
    return kindOfText(subject) ?? call.kind;
  }

  async #decode(request: HttpRequest, call: Call, kind: Kind): Promise<KubeObject> {
    const object = decodeObject(kind, await request.body(), {
      contentType: request.headers.get('content-type'),
      fieldValidation: fieldValidationParameter(request.query, call.verb),
      warnings: call.warnings,
    });
    if (request.auditNotes !== undefined) request.auditNotes.name = object.metadata.name;
    return object;
  }

  async #deleteOptions(request: HttpRequest): Promise<DeleteOptions & { dryRun: boolean }> {
    const { dryRun = [], ...body } = (await this.#deleteOptionsBody(request)) as DeleteOptions & { dryRun?: string[] };
    return {
      ...deleteOptions(request.query, body),
      dryRun: dryRunParameter(new URLSearchParams(dryRun.map((one) => ['dryRun', one])), 'delete'),
    };
  }

  async #deleteOptionsBody(request: HttpRequest): Promise<DeleteOptions> {
    const bytes = await request.body();
    if (bytes.length === 0) return {};
    const schema = DeleteOptionsType.schema;
    const contentType = request.headers.get('content-type');
    if (parseMediaTypes(contentType ?? '')[0]?.type === protobufType) return decodeProtobuf(schema, decodeEnvelope(bytes).raw);
    const { value } = parseText(contentType?.includes('yaml') === true ? 'yaml' : 'json', bytes, false);
    const { errors } = normalize(schema, value, { unknown: 'drop' });
    if (errors.length > 0 || typeof value !== 'object' || value === null) {
      throw badRequest(`DeleteOptions cannot be read: ${errors.map(({ message }) => message).join(', ') || 'an object is expected'}`);
    }
    return value;
  }

  #updated(request: HttpRequest, call: Call, result: Updated | Answer): HttpAnswer {
    if (isAnswer(result)) return this.#one(request, call, result, 200);
    return this.#one(request, call, result.item, result.created ? 201 : 200);
  }

  #one(request: HttpRequest, call: Call, result: Item | Answer, status: number): HttpAnswer {
    const encoding = this.#encoding(request, call);
    if (result instanceof Item) return answer(encodeItem(result, encoding), status, call, encoding);
    const { value } = result;
    const code = result.created ? 201 : status;
    const type = value.kind === 'Status' ? Status : kindOfText(`${value.apiVersion}/${value.kind}`)?.schema;
    // What no schema of ours describes has one form only.
    if (type === undefined) return jsonAnswer(value, code, warningHeaders(call));
    return answer(encodeValue(value, type, encoding.representation), code, call, encoding);
  }

  [Symbol.dispose](): void {
    this.#lists[Symbol.dispose]();
  }

  #encoding(request: HttpRequest, { kind, subresource }: Call): EncodeOptions {
    return {
      representation: negotiate(request.headers.get('accept'), {
        protobuf: kind.custom === undefined || subresource === 'scale',
        // A review has no metadata to make a view of.
        views: kind.stored || kind.verbs.includes('get'),
      }),
      includeObject: includeObjectParameter(request.query),
      now: this.#options.clock.now(),
    };
  }
}

/** A path that is there, and takes other methods. */
function wrongMethod(): StatusError {
  return new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

function answer(body: string | Uint8Array, status: number, call: Call, { representation }: EncodeOptions): HttpAnswer {
  return { status, headers: { 'content-type': representation.contentType, ...warningHeaders(call) }, body };
}

/** Characters of all warnings of an answer; where they are more, each is cut (Kubernetes' warning recorder does the same). */
const warningsLengthMax = 4_096;
const warningLengthMax = 256;
const warningsMax = 50;

function warningHeaders({ warnings: own, kind }: Call): Record<string, string[]> {
  const deprecation = kind.custom?.deprecationWarning;
  const warnings = deprecation === undefined ? own : [deprecation, ...own];
  if (warnings.length === 0) return {};
  const told = [...new Set(warnings)].slice(0, warningsMax);
  const isLong = told.reduce((sum, { length }) => sum + length, 0) > warningsLengthMax;
  const printable = (text: string): string =>
    (isLong ? text.slice(0, warningLengthMax) : text).replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
  return { warning: told.map((text) => `299 - "${printable(text)}"`) };
}
