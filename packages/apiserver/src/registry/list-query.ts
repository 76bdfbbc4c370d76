import {
  badRequest,
  type FieldSelector,
  type LabelSelector,
  parseFieldSelector,
  parseLabelSelector,
  StatusError,
} from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import type { Revision } from '@kajitori/storage';

/** The parameters of a list or a watch, checked. */
export interface ListParameters {
  labels: LabelSelector;
  fields: FieldSelector;
  limit: number | undefined;
  continueFrom: ContinueToken | undefined;
  resourceVersion: Revision | undefined;
  resourceVersionMatch: 'Exact' | 'NotOlderThan' | undefined;
}

export interface RawListParameters {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  limit?: string | number | undefined;
  continue?: string | undefined;
  resourceVersion?: string | undefined;
  resourceVersionMatch?: string | undefined;
}

/** Where the next page of a list starts. `revision` -1: from the newest state, inconsistently. */
export interface ContinueToken {
  revision: Revision;
  namespace: string;
  name: string;
}

const continueTextMax = 2048;

export function encodeContinue({ revision, namespace, name }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${namespace}/${name}` })).toString('base64url');
}

/** @throws StatusError BadRequest for anything that this server did not write. */
export function decodeContinue(text: string): ContinueToken {
  const wrong = badRequest(`continue key is not valid: ${JSON.stringify(text.slice(0, 64))}`);
  if (text.length > continueTextMax || !/^[A-Za-z0-9_-]+$/.test(text)) throw wrong;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw wrong;
  }
  if (typeof parsed !== 'object' || parsed === null) throw wrong;
  const { v, rv, start } = parsed as Record<string, unknown>;
  const slash = typeof start === 'string' ? start.indexOf('/') : -1;
  if (v !== 'meta.k8s.io/v1' || typeof start !== 'string' || slash < 0) throw wrong;
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || (rv < 1 && rv !== -1)) throw wrong;
  return { revision: rv, namespace: start.slice(0, slash), name: start.slice(slash + 1) };
}

/** @throws StatusError BadRequest or Invalid, naming the parameter. */
export function listParameters(kind: Kind, raw: RawListParameters): ListParameters {
  const continueFrom = raw.continue === undefined || raw.continue === '' ? undefined : decodeContinue(raw.continue);
  const resourceVersion = revisionParameter(raw.resourceVersion);
  const match = raw.resourceVersionMatch;
  if (match !== undefined && match !== '') checkMatch(match, raw, continueFrom !== undefined);
  if (continueFrom !== undefined && resourceVersion !== undefined && resourceVersion !== 0) {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  return {
    labels: parseLabelSelector(raw.labelSelector ?? ''),
    fields: fieldParameter(kind, raw.fieldSelector ?? ''),
    limit: limitParameter(raw.limit),
    continueFrom,
    resourceVersion,
    resourceVersionMatch: match === 'Exact' || match === 'NotOlderThan' ? match : undefined,
  };
}

function checkMatch(match: string, raw: RawListParameters, continues: boolean): void {
  const refuse = (detail: string): never => {
    throw new StatusError('Invalid', `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${detail}`, {
      details: { group: 'meta.k8s.io', kind: 'ListOptions', causes: [{ field: 'resourceVersionMatch', message: detail }] },
    });
  };
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    refuse(`Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan"`);
  }
  if (continues) refuse('Forbidden: resourceVersionMatch is forbidden when continue is provided');
  if (raw.resourceVersion === undefined || raw.resourceVersion === '') {
    refuse('Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided');
  }
  if (match === 'Exact' && raw.resourceVersion === '0') {
    refuse('Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
}

/** Undefined when absent. Zero means "any". */
export function revisionParameter(text: string | undefined): Revision | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) {
    throw badRequest(`invalid resource version ${JSON.stringify(text.slice(0, 64))}: it must be one that this cluster gave`);
  }
  return value;
}

function limitParameter(limit: string | number | undefined): number | undefined {
  if (limit === undefined || limit === '') return undefined;
  const value = Number(limit);
  if (!Number.isSafeInteger(value) || value < 0)
    throw badRequest(`invalid limit ${JSON.stringify(limit)}: it must be a whole number, 0 for no limit`);
  return value === 0 ? undefined : value;
}

const everyKind = new Set(['metadata.name', 'metadata.namespace']);

function fieldParameter(kind: Kind, text: string): FieldSelector {
  const selector = parseFieldSelector(text);
  for (const { field } of selector) {
    if (!everyKind.has(field) && !Object.hasOwn(kind.selectableFields ?? {}, field)) {
      throw badRequest(
        `Unable to find "${kind.group === '' ? '' : `${kind.group}/`}${kind.version}, Resource=${kind.plural}" that match label selector "", field selector "${text}": field label not supported: ${field}`,
      );
    }
  }
  const { fieldNames = {} } = kind.hub ?? {};
  return selector.map((term) =>
    Object.hasOwn(fieldNames, term.field) ? Object.assign({}, term, { field: fieldNames[term.field] }) : term,
  );
}
