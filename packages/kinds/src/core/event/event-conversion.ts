import type { KubeObject } from '@kajitori/apimachinery';
import type { EventsEvent } from '../../events/event.ts';
import type { Event } from './event.ts';

/** Names of one field in both groups; the rest (metadata, reason, type, action, related, eventTime, series) has one name. */
const renamed: readonly (readonly [core: keyof Event, events: keyof EventsEvent])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

/** One event is one object: events.k8s.io/v1 is another way to write a core/v1 Event. */
export function eventToCore(object: KubeObject): KubeObject {
  return rename(
    object,
    'v1',
    renamed.map(([core, events]) => [events, core]),
  );
}

export function eventFromCore(stored: KubeObject): KubeObject {
  return rename(stored, 'events.k8s.io/v1', renamed);
}

function rename(object: KubeObject, apiVersion: string, names: readonly (readonly [from: string, to: string])[]): KubeObject {
  const to = new Map(names);
  const entries = Object.entries(object).map(([key, value]) => [to.get(key) ?? key, value] as const);
  return { ...(Object.fromEntries(entries) as KubeObject), apiVersion };
}
