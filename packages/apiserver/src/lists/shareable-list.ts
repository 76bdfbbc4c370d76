import { schemaHash } from '@kajitori/schema';
import { lineOf, type Revision } from '@kajitori/storage';
import type { Call } from '../call.ts';
import type { EncodeOptions } from '../negotiation/encode.ts';
import { readError } from '../registry/errors.ts';
import type { ListParameters } from '../registry/list-query.ts';
import { keyOf } from '../registry/stored.ts';

/**
 * Whether the encoded answer may be kept for others who ask the same: it shows the newest state of what is stored, does not depend on the time,
 * is no secret, and all of it is of one revision line.
 */
export function isShareable(call: Call, query: ListParameters, { representation }: EncodeOptions): boolean {
  const { group, resource } = keyOf(call.kind, '', '');
  if (!call.kind.stored || representation.as === 'table' || (group === '' && resource === 'secrets')) return false;
  if (group === 'coordination.k8s.io' && resource === 'leases' && call.namespace === '') return false;
  return query.continueFrom === undefined && (query.resourceVersion === undefined || query.resourceVersion === 0);
}

/** Requests with the same key have the same answer at the same revision. */
export function pageKey(
  { cluster, kind, namespace }: Call,
  query: URLSearchParams,
  { representation: { as, contentType } }: EncodeOptions,
): string {
  const selection = ['labelSelector', 'fieldSelector', 'limit'].map((name) => query.get(name) ?? '');
  return JSON.stringify([
    cluster,
    kind.group,
    kind.version,
    kind.plural,
    schemaHash(kind.schema.schema),
    namespace,
    ...selection,
    as,
    contentType,
  ]);
}

/** The newest revision that a list of this collection could show. @throws StatusError as a list would. */
export function headOf({ storage, kind, namespace }: Call): Promise<Revision> {
  return storage.revision(lineOf(keyOf(kind, namespace, ''))).catch((error: unknown) => {
    throw readError(error);
  });
}
