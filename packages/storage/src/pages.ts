import { comparePositions, following, type KeyRange, type Position, rangeOf, type Selection, selectionOf } from './selection.ts';
import type { Line, ListOptions, Page, Revision, StoredObject } from './storage.ts';

/**
 * How pages are put together from bounded scans, whatever the driver. A page is of one revision: the first scan finds it unless the caller
 * names it, and all later scans ask for it.
 */
export interface Scan {
  line: Line;
  group: string;
  resource: string;
  range: KeyRange;
  selection: Selection;
  limit: number;
  /** What more would be dropped. */
  bytesMax?: number;
  revision?: Revision;
}

export interface Scanned {
  /** In order, matching all of the selection but its rest. */
  objects: StoredObject[];
  /** The newest revision when it was read. */
  head: Revision;
  /** Whether keys of the range may follow the last object. */
  more: boolean;
}

export interface PageSource {
  scan(scan: Scan): Promise<Scanned>;
  countRange(scan: Pick<Scan, 'line' | 'group' | 'resource' | 'range'>): Promise<number>;
}

/** Objects that one scan asks for at most; its bytes are bounded by the driver. */
const scanObjectsMax = 5_000;
const scanObjectsMin = 16;
const objectBytesUsual = 1_024;
/** Objects a scan asks for when a part of the selector is tested here. */
const testedObjects = 500;
/** Objects that a page with a limit looks at: a selector that fits none must not read a whole cluster in one request. */
const examinedMax = 10_000;
const nodeLeases = 'kube-node-lease';

/** @throws ExpiredError, FutureRevisionError as the scans do. */
export async function listPage(source: PageSource, options: ListOptions): Promise<Page> {
  const { group, resource, namespace } = options;
  if (resource === 'events' && (group === '' || group === 'events.k8s.io')) return pageOfLine(source, 'volatile', options);
  if (group !== 'coordination.k8s.io' || resource !== 'leases') return pageOfLine(source, 'durable', options);
  if (namespace === nodeLeases) return pageOfLine(source, 'volatile', options);
  if (namespace !== undefined) return pageOfLine(source, 'durable', options);
  // Leases of all namespaces lie in both lines; the page is of the durable one's revision.
  const { revision: _, ...newest } = options;
  const [durable, volatile] = [
    await pageOfLine(source, 'durable', options),
    await pageOfLine(source, 'volatile', { ...newest, namespace: nodeLeases }),
  ];
  return mergePages(durable, volatile, options.limit);
}

/** Both pages' objects as far as both are complete. */
function mergePages(first: Page, second: Page, limit = Infinity): Page {
  const complete = [first.next, second.next].filter((next) => next !== undefined).sort(comparePositions)[0];
  const all = [...first.objects, ...second.objects]
    .sort(comparePositions)
    .filter((object) => complete === undefined || comparePositions(object, complete) <= 0);
  const objects = all.slice(0, limit);
  const last = objects.at(-1);
  const next = all.length > objects.length && last !== undefined ? { namespace: last.namespace, name: last.name } : complete;
  return { objects, revision: first.revision, ...(next === undefined ? {} : { next }) };
}

async function pageOfLine(source: PageSource, line: Line, options: ListOptions): Promise<Page> {
  const { group, resource, limit = Infinity, bytesMax = Infinity, objectBytes = objectBytesUsual } = options;
  const selection = selectionOf(options);
  const range = rangeOf(options);
  const objects: StoredObject[] = [];
  let { revision } = options;
  let examined = 0;
  let bytes = 0;
  let next: Position | undefined;
  let full = false;
  for (let from = range.from; comparePositions(from, range.to) <= 0 || revision === undefined;) {
    // One more than wanted tells whether a page follows.
    const wanted =
      selection.rest === undefined
        ? Math.min(limit - objects.length + 1, scanObjectsMax, Math.ceil(bytesMax / objectBytes) + scanObjectsMin)
        : testedObjects;
    const scanned = await source.scan({
      line,
      group,
      resource,
      range: { from, to: range.to },
      selection,
      limit: wanted,
      ...(bytesMax === Infinity ? {} : { bytesMax: Math.max(1, bytesMax - bytes) }),
      ...(revision === undefined ? {} : { revision }),
    });
    revision ??= scanned.head;
    examined += scanned.objects.length;
    const fitting = selection.rest === undefined ? scanned.objects : scanned.objects.filter(selection.rest);
    for (const object of fitting.slice(0, limit - objects.length + 1)) {
      full = bytes >= bytesMax && objects.length < limit;
      if (full) break;
      objects.push(object);
      bytes += object.body.length;
    }
    full ||= bytes >= bytesMax && scanned.more && objects.length < limit;
    if (full) {
      next = positionOf(objects.at(-1));
      break;
    }
    const last = scanned.objects.at(-1);
    if (objects.length > limit) {
      objects.length = limit;
      next = positionOf(objects.at(-1));
      break;
    }
    if (!scanned.more || last === undefined) break;
    if (limit !== Infinity && examined >= examinedMax) {
      next = positionOf(last);
      break;
    }
    from = following(last);
  }
  const page: Page = { objects, revision: revision ?? 0, ...(next === undefined ? {} : { next }), ...(full ? { full } : {}) };
  const selected = options.name !== undefined || (options.labels?.length ?? 0) > 0 || (options.fields?.length ?? 0) > 0;
  if (next !== undefined && !full && !selected)
    page.remaining = await source.countRange({ line, group, resource, range: { from: following(next), to: range.to } });
  return page;
}

function positionOf(object: Position | undefined): Position | undefined {
  return object === undefined ? undefined : { namespace: object.namespace, name: object.name };
}
