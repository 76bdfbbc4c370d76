import type { Column } from '../../kind.ts';
import { countColumn, none, since, textColumn } from '../../meta/columns.ts';
import type { Event } from './event.ts';

/** Events lead with when and what; the name says nothing and comes last. */
export const eventColumns: readonly Column<Event>[] = [
  textColumn('Last Seen', 'Time since it was last seen.', (event, now) =>
    since(event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event), now),
  ),
  textColumn('Type', 'Normal, or Warning.', ({ type }) => type ?? ''),
  textColumn('Reason', 'Why, in one word.', ({ reason }) => reason ?? ''),
  textColumn('Object', 'What it is about.', about),
  textColumn('Subobject', 'The part of it that it is about.', ({ involvedObject }) => involvedObject.fieldPath ?? '', 'wide'),
  textColumn('Source', 'Who says so.', source, 'wide'),
  textColumn('Message', 'What happened.', ({ message }) => (message ?? '').trim()),
  textColumn('First Seen', 'Time since it was first seen.', (event, now) => since(firstSeen(event), now), 'wide'),
  countColumn('Count', 'How often it was seen.', ({ series, count = 0 }) => series?.count ?? Math.max(1, count), 'wide'),
  { ...textColumn<Event>('Name', 'Name of the event itself.', ({ metadata }) => metadata.name ?? '', 'wide'), format: 'name' },
];

function firstSeen({ firstTimestamp, eventTime }: Event): string | undefined {
  return firstTimestamp ?? eventTime;
}

function about({ involvedObject }: Event): string {
  const kind = (involvedObject.kind ?? '').toLowerCase();
  return (involvedObject.name ?? '') === '' ? kind || none : `${kind}/${involvedObject.name}`;
}

function source({ source: from = {}, reportingComponent, reportingInstance }: Event): string {
  const component = (from.component ?? '') === '' ? (reportingComponent ?? '') : (from.component ?? '');
  const host = (from.host ?? '') === '' ? (reportingInstance ?? '') : (from.host ?? '');
  return host === '' ? component : `${component}, ${host}`;
}
