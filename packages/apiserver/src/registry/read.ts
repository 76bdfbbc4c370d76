import { badRequest, expired, type FieldSelector, matchesFields, matchesLabels, notFound, StatusError } from '@kajitori/apimachinery';
import { ExpiredError, type ListOptions, type Page, type Revision, type StoredObject } from '@kajitori/storage';
import { type Call, groupResourceOf } from '../call.ts';
import { readError } from './errors.ts';
import type { Item } from './item.ts';
import { encodeContinue, type ListParameters } from './list-query.ts';
import type { Kind } from '@kajitori/kinds';
import { keyOf, selectableValues, toItem } from './stored.ts';

/** @throws StatusError NotFound. */
export async function readOne(call: Call): Promise<Item> {
  const stored = await call.storage.get(keyOf(call.kind, call.namespace, call.name)).catch((error: unknown) => {
    throw readError(error);
  });
  if (stored === undefined) throw notFound(groupResourceOf(call.kind), call.name);
  return toItem(call.kind, stored);
}

export interface ItemPage {
  items: Item[];
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

/** Where a list goes on: at which state, behind which key, and how many items came before. */
export interface PartPosition {
  revision: Revision;
  after?: { namespace: string; name: string };
  taken: number;
  /** What the objects before weighed on average. */
  objectBytes?: number;
}

/** A part of what one list answers. */
export interface ItemPart {
  items: Item[];
  /** The rows of the items. */
  rows: StoredObject[];
  revision: Revision;
  /** Where the rest of the answer begins; absent on the last part. */
  next?: PartPosition;
  /** Of the last part, where the list had a limit: what the client goes on with. */
  continue?: string;
  remainingItemCount?: number;
}

/**
 * A page of a collection. Pages of one list show one state: the first page's revision travels in the continue token.
 * @throws StatusError Expired (with a token to go on inconsistently) when that state is no longer in the log.
 */
export async function readPage(call: Call, query: ListParameters): Promise<ItemPage> {
  let part = await readPart(call, query);
  const items = part.items;
  while (part.next !== undefined) {
    part = await readPart(call, query, { from: part.next });
    for (const item of part.items) items.push(item);
  }
  const { revision, continue: next, remainingItemCount } = part;
  return {
    items,
    resourceVersion: String(revision),
    ...(next === undefined ? {} : { continue: next }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
}

/** Some of a page, of about `bytesMax` bytes: all parts of it show one state, and hold together what the page does. @throws as `readPage` does. */
export async function readPart(
  call: Call,
  query: ListParameters,
  { from, bytesMax }: { from?: PartPosition | undefined; bytesMax?: number } = {},
): Promise<ItemPart> {
  const selection = selectionOf(call, query.fields);
  const { limit } = query;
  const taken = from?.taken ?? 0;
  const page = await listPage(call, query, {
    ...selection.options,
    labels: query.labels,
    // What only the objects themselves can say is selected here, so a full page may take several of storage's.
    ...(limit === undefined ? {} : { limit: selection.rest.length > 0 ? limit : limit - taken }),
    ...(bytesMax === undefined ? {} : { bytesMax }),
    ...(from?.objectBytes === undefined ? {} : { objectBytes: from.objectBytes }),
    ...startOf(query),
    ...(from === undefined ? {} : { revision: from.revision, ...(from.after === undefined ? {} : { after: from.after }) }),
  });
  let objects = chosen(call, selection, page.objects);
  let { next } = page;
  if (limit !== undefined && taken + objects.length > limit) {
    objects = objects.slice(0, limit - taken);
    next = positionOf(objects.at(-1)) ?? next;
  }
  const { revision } = page;
  const part: ItemPart = { items: objects.map((one) => toItem(call.kind, one)), rows: objects, revision };
  if (next === undefined) return part;
  const isShort = limit === undefined || taken + objects.length < limit;
  if (isShort && (limit === undefined || page.full === true || selection.rest.length > 0))
    return { ...part, next: { revision, after: next, taken: taken + objects.length, ...weightOf(page.objects) } };
  part.continue = encodeContinue({ revision, ...next });
  if (page.remaining !== undefined && selection.rest.length === 0) part.remainingItemCount = page.remaining;
  return part;
}

function weightOf(objects: readonly StoredObject[]): { objectBytes?: number } {
  if (objects.length === 0) return {};
  return { objectBytes: Math.max(1, objects.reduce((sum, { body }) => sum + body.length, 0) / objects.length) };
}

function positionOf(object: StoredObject | undefined): { namespace: string; name: string } | undefined {
  return object === undefined ? undefined : { namespace: object.namespace, name: object.name };
}

function chosen(call: Call, { rest }: Selection, objects: StoredObject[]): StoredObject[] {
  return rest.length === 0 ? objects : objects.filter((one) => matchesFields(rest, fieldsOf(call.kind, one)));
}

/** Every field that a selector may name. Those of custom resources are read from the object. */
function fieldsOf(kind: Kind, stored: Parameters<typeof selects>[2]): Record<string, string> {
  const own =
    kind.custom === undefined || kind.selectableFields === undefined
      ? stored.fields
      : selectableValues(kind, toItem(kind, { ...stored, revision: undefined }).object);
  return { ...own, ...metadataFields(stored) };
}

async function listPage(call: Call, query: ListParameters, options: ListOptions): Promise<Page> {
  try {
    const page = await call.storage.list(options);
    if (query.resourceVersionMatch !== 'Exact') refuseFuture(query.resourceVersion, page.revision);
    return page;
  } catch (error) {
    if (!(error instanceof ExpiredError)) throw readError(error);
    if (query.continueFrom === undefined) throw expired(`The resourceVersion for the provided list is too old.`);
    const { namespace, name } = query.continueFrom;
    throw new StatusError(
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      { continueToken: encodeContinue({ revision: -1, namespace, name }), cause: error },
    );
  }
}

/** @throws StatusError Timeout for a revision that is still to come: the client has it from somewhere else. */
export function refuseFuture(asked: Revision | undefined, current: Revision): void {
  if (asked === undefined || asked <= current) return;
  throw new StatusError('Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  });
}

function startOf({ continueFrom, resourceVersion, resourceVersionMatch, limit }: ListParameters): Pick<ListOptions, 'after' | 'revision'> {
  if (continueFrom !== undefined) {
    const { revision, namespace, name } = continueFrom;
    return { after: { namespace, name }, ...(revision === -1 ? {} : { revision }) };
  }
  const pinned = resourceVersion !== undefined && resourceVersion !== 0 ? resourceVersion : undefined;
  // Without a match, a limit on a given version has always meant that exact version.
  const exact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit !== undefined);
  return pinned !== undefined && exact ? { revision: pinned } : {};
}

export interface Selection {
  /** What storage can select by. */
  options: Pick<ListOptions, 'group' | 'resource' | 'namespace' | 'name' | 'fields'>;
  /** Terms that are left to check by hand: on metadata, and on the fields of custom resources. */
  rest: FieldSelector;
}

/** Splits a field selector: equality on name and namespace becomes part of the key. */
export function selectionOf(call: Pick<Call, 'kind' | 'namespace'>, fields: FieldSelector): Selection {
  const { group, resource } = keyOf(call.kind, '', '');
  let name: string | undefined;
  let namespace = call.namespace === '' ? undefined : call.namespace;
  const rest: FieldSelector[number][] = [];
  const pushed: FieldSelector[number][] = [];
  for (const term of fields) {
    if (term.field === 'metadata.name' && term.operator === '=' && name === undefined) name = term.value;
    else if (term.field === 'metadata.namespace' && term.operator === '=' && namespace === undefined && term.value !== '')
      namespace = term.value;
    else if (term.field.startsWith('metadata.') || call.kind.custom !== undefined) rest.push(term);
    else pushed.push(term);
  }
  return {
    options: {
      group,
      resource,
      ...(call.kind.namespaced && namespace !== undefined ? { namespace } : {}),
      ...(name === undefined ? {} : { name }),
      fields: pushed,
    },
    rest,
  };
}

export function metadataFields({ namespace, name }: Pick<StoredObject, 'namespace' | 'name'>): Record<string, string> {
  return { 'metadata.name': name, 'metadata.namespace': namespace };
}

/** Whether an object, or its former self, is part of what a list or watch asked for. */
export function selects(
  call: Pick<Call, 'kind' | 'namespace'>,
  query: Pick<ListParameters, 'labels' | 'fields'>,
  object: Pick<StoredObject, 'namespace' | 'name' | 'labels' | 'fields' | 'body' | 'stamp'>,
): boolean {
  if (call.kind.namespaced && call.namespace !== '' && object.namespace !== call.namespace) return false;
  if (query.labels.length > 0 && !matchesLabels(query.labels, object.labels)) return false;
  return query.fields.length === 0 || matchesFields(query.fields, fieldsOf(call.kind, object));
}

/** Refuses a collection request that names an object in no namespace. */
export function checkScope({ kind, namespace, name }: Pick<Call, 'kind' | 'namespace' | 'name'>): void {
  if (kind.namespaced && namespace === '' && name !== '')
    throw badRequest(`an empty namespace may not be set when a resource name is provided`);
}
