import { int32, object, ref, string, type Infer } from '@kajitori/schema';
import { EventSource } from '../core/event/event.ts';
import { ObjectReference } from '../core/references.ts';
import { MicroTime, Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';

export const EventsEvent = topLevel(
  'io.k8s.api.events.v1.Event',
  {
    eventTime: ref(2, () => MicroTime)
      .required()
      .describe('When it happened first, to the microsecond.'),
    series: ref(3, () => EventsEventSeries).describe('Set while it goes on happening.'),
    reportingController: string(4).describe('Name of the controller that reports it.'),
    reportingInstance: string(5).describe('Which instance of that controller.'),
    action: string(6).describe('What was done or failed.'),
    reason: string(7).describe('Why it happened, in one word.'),
    regarding: ref(8, () => ObjectReference).describe('What the event is about.'),
    related: ref(9, () => ObjectReference).describe('A second object that it is about.'),
    note: string(10).describe('What happened, for people.'),
    type: string(11).describe('Normal or Warning.'),
    deprecatedSource: ref(12, () => EventSource).describe('Source, as the core group has it.'),
    deprecatedFirstTimestamp: ref(13, () => Time).describe('First occurrence, as the core group has it.'),
    deprecatedLastTimestamp: ref(14, () => Time).describe('Last occurrence, as the core group has it.'),
    deprecatedCount: int32(15).describe('Count, as the core group has it.'),
  },
  { description: 'A note about something that happened to an object. Events are kept for a short time only.' },
);
export type EventsEvent = Infer<typeof EventsEvent>;

export const EventsEventSeries = object('io.k8s.api.events.v1.EventSeries', {
  count: int32(1).required().describe('How often it has happened in this series.'),
  lastObservedTime: ref(2, () => MicroTime)
    .required()
    .describe('When it happened last.'),
});
export type EventsEventSeries = Infer<typeof EventsEventSeries>;
