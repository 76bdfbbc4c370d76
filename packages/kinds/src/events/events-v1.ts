import { dns1123SubdomainError } from '@kajitori/apimachinery';
import type { Event } from '../core/event/event.ts';
import { eventColumns } from '../core/event/event-columns.ts';
import { eventFromCore, eventToCore } from '../core/event/event-conversion.ts';
import { eventFields } from '../core/event/event-fields.ts';
import { events } from '../core/event/events.ts';
import { validateEvent, validateNewStyleEvent, validateNewStyleEventUpdate } from '../core/event/validate-event.ts';
import { type Column, type FieldReader, type Kind, standardVerbs } from '../kind.ts';
import { EventsEvent } from './event.ts';

/** An event as the core group has it; its rules and columns are written once, there. */
const core = (event: EventsEvent): Event => eventToCore(event) as Event;

const renamedFields: Readonly<Record<string, string>> = {
  involvedObject: 'regarding',
  reportingComponent: 'reportingController',
  source: 'deprecatedSource',
};

/** `regarding.name`, which the core group calls `involvedObject.name`. */
function nameHere(name: string): string {
  const [head = '', ...rest] = name.split('.');
  return [renamedFields[head] ?? head, ...rest].join('.');
}

function fields(): Record<string, FieldReader<EventsEvent>> {
  return Object.fromEntries(
    Object.entries(eventFields).flatMap(([name, read]) => {
      const own: FieldReader<EventsEvent> = (event) => read(core(event));
      const here = nameHere(name);
      // Both spellings are accepted, as clients of the core group go on using theirs.
      return [
        [name, own],
        [here, own],
      ];
    }),
  );
}

function column(of: Column<Event>): Column<EventsEvent> {
  const { name, type, format, description, priority } = of;
  return { name, type, format, description, priority, value: (event, now) => of.value(core(event), now) };
}

export const eventsV1: Kind<EventsEvent> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  schema: EventsEvent,
  verbs: standardVerbs,
  stored: true,
  hub: {
    kind: events,
    toHub: eventToCore,
    fromHub: eventFromCore,
    fieldNames: Object.fromEntries(Object.keys(eventFields).map((name) => [nameHere(name), name])),
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    // Events that came through the core group have no eventTime, and stay as they are.
    validate: (event) => [
      ...(event.deprecatedFirstTimestamp === undefined ? validateNewStyleEvent(core(event)) : []),
      ...validateEvent(core(event)),
    ],
    validateUpdate: (event, old) => (old.eventTime === undefined ? [] : validateNewStyleEventUpdate(core(event), core(old))),
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  selectableFields: fields(),
  columns: eventColumns.map(column),
};
