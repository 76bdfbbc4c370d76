import { apiVersionOf } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import type { Change, Revision } from '@kajitori/storage';
import type { Call } from '../call.ts';
import type { Item } from '../registry/item.ts';
import type { ListParameters } from '../registry/list-query.ts';
import { selects } from '../registry/read.ts';
import { keyOf, toItem } from '../registry/stored.ts';

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface ItemEvent {
  type: WatchEventType;
  item: Item;
}

/** What a watcher asked for, whatever it is written as. */
export interface Interest {
  call: Pick<Call, 'kind' | 'namespace'>;
  query: Pick<ListParameters, 'labels' | 'fields'>;
}

/**
 * The change as this watcher sees it, or undefined when it sees nothing: an object that begins to match is ADDED, one
 * that ceases to is DELETED (as it was, at the revision of the change).
 */
export function eventOf({ call, query }: Interest, change: Change): ItemEvent | undefined {
  const { kind } = call;
  const { group, resource } = keyOf(kind, '', '');
  const { object, before } = change;
  if (object.resource !== resource || object.group !== group) return undefined;
  const now = change.type !== 'delete' && selects(call, query, object);
  const then = before !== undefined && selects(call, query, { ...object, body: before.body, labels: before.labels, fields: before.fields });
  if (now) return { type: then ? 'MODIFIED' : 'ADDED', item: toItem(kind, object) };
  if (!then) return undefined;
  const last = change.type === 'delete' ? object.body : before.body;
  return { type: 'DELETED', item: toItem(kind, { body: last, stamp: object.stamp, revision: change.revision }) };
}

/** The object of a BOOKMARK event. */
export function bookmarkObject(kind: Kind, revision: Revision, initialEventsEnd: boolean): object {
  return {
    kind: kind.kind,
    apiVersion: apiVersionOf(kind),
    metadata: {
      resourceVersion: String(revision),
      creationTimestamp: null,
      ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    },
  };
}
