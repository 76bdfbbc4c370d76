import { randomUUID } from 'node:crypto';
import type { GroupVersionKind } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import type { Attributes } from '../dynamic/attributes.ts';

const reviewGroup = 'admission.k8s.io';

/** What a webhook answered, checked. */
export interface ReviewAnswer {
  allowed: boolean;
  status?: { message?: string; reason?: string; code?: number; details?: Record<string, unknown> };
  /** The text of a JSON patch. */
  patch?: string;
  warnings: readonly string[];
  auditAnnotations: Readonly<Record<string, string>>;
}

/** The request part of an AdmissionReview; the attributes' objects are as `shown` has them, `from` is the kind that was asked for. */
export function reviewRequest(attributes: Attributes, from: Kind, shown: Kind, uid: string = randomUUID()): Record<string, unknown> {
  const { operation, resource, subresource, kind, name, namespace, object, oldObject, options, dryRun, user } = attributes;
  const ofResource = kind.kind === from.kind && kind.group === from.group;
  const { group, version, plural } = shown;
  const subResource = subresource === '' ? {} : { subResource: subresource };
  const requestSubResource = subresource === '' ? {} : { requestSubResource: subresource };
  return {
    uid,
    kind: ofResource ? gvk(shown) : gvk(kind),
    resource: { group, version, resource: plural },
    ...subResource,
    requestKind: gvk(kind),
    requestResource: resource,
    ...requestSubResource,
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: userInfo(user),
    object: object ?? null,
    oldObject: oldObject ?? null,
    dryRun,
    options,
  };
}

function gvk({ group, version, kind }: GroupVersionKind): GroupVersionKind {
  return { group, version, kind };
}

export function userInfo({ name, uid, groups, extra }: Attributes['user']): Record<string, unknown> {
  return {
    username: name,
    ...(uid === undefined || uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

export function reviewText(version: 'v1' | 'v1beta1', request: Record<string, unknown>): string {
  return JSON.stringify({ kind: 'AdmissionReview', apiVersion: `${reviewGroup}/${version}`, request });
}

interface RawResponse {
  uid?: unknown;
  allowed?: unknown;
  status?: ReviewAnswer['status'];
  patch?: unknown;
  patchType?: unknown;
  auditAnnotations?: unknown;
  warnings?: unknown;
}

/**
 * Reads what a webhook sent back.
 * @throws Error that says what is wrong with it, in the API server's words.
 */
export function reviewAnswer(version: 'v1' | 'v1beta1', uid: string, body: unknown, mutating: boolean): ReviewAnswer {
  const { apiVersion, kind, response } = (isRecord(body) ? body : {}) as { apiVersion?: unknown; kind?: unknown; response?: unknown };
  const expected = `${reviewGroup}/${version}`;
  if (apiVersion !== expected || kind !== 'AdmissionReview') {
    throw new Error(`expected webhook response of ${expected}, Kind=AdmissionReview, got ${shownGvk(apiVersion, kind)}`);
  }
  if (!isRecord(response)) throw new Error('webhook response was absent');
  const raw = response as RawResponse;
  if (version === 'v1' && raw.uid !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(raw.uid ?? '')}`);
  const patch = mutating ? patchText(raw, version) : undefined;
  return {
    allowed: raw.allowed === true,
    ...(isRecord(raw.status) ? { status: raw.status } : {}),
    ...(patch === undefined ? {} : { patch }),
    warnings: Array.isArray(raw.warnings) ? raw.warnings.filter((one): one is string => typeof one === 'string') : [],
    auditAnnotations: textEntries(raw.auditAnnotations),
  };
}

function shownGvk(apiVersion: unknown, kind: unknown): string {
  const version = typeof apiVersion === 'string' && apiVersion !== '' ? apiVersion : '/';
  return `${version}, Kind=${typeof kind === 'string' ? kind : ''}`;
}

function patchText({ patch, patchType }: RawResponse, version: 'v1' | 'v1beta1'): string | undefined {
  const text = typeof patch === 'string' && patch !== '' ? Buffer.from(patch, 'base64').toString('utf8') : undefined;
  if (patchType === undefined || patchType === null || patchType === '') {
    // The first version had only one type and did not ask for its name.
    if (text !== undefined && version === 'v1') throw new Error('webhook returned response.patch but not response.patchType');
    return text;
  }
  if (patchType !== 'JSONPatch') throw new Error(`webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`);
  if (text === undefined) throw new Error('webhook returned response.patchType but not response.patch');
  return text;
}

function textEntries(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
