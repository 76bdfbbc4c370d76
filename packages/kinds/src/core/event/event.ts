import { int32, object, ref, string, type Infer } from '@kajitori/schema';
import { ObjectReference } from '../references.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { MicroTime, Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Event = topLevel(
  'io.k8s.api.core.v1.Event',
  {
    metadata: ref(1, () => ObjectMeta)
      .required()
      .describe('Name, labels and the like.'),
    involvedObject: ref(2, () => ObjectReference)
      .required()
      .byValue()
      .describe('What the event is about.'),
    reason: string(3).describe('Why it happened, in one word.'),
    message: string(4).describe('What happened, for people.'),
    source: ref(5, () => EventSource)
      .byValue()
      .describe('Who noticed it.'),
    firstTimestamp: ref(6, () => Time).describe('When it happened first.'),
    lastTimestamp: ref(7, () => Time).describe('When it happened last.'),
    count: int32(8).describe('How often it happened.'),
    type: string(9).describe('Normal or Warning.'),
    eventTime: ref(10, () => MicroTime).describe('When it happened, to the microsecond.'),
    series: ref(11, () => EventSeries).describe('Set while it goes on happening.'),
    action: string(12).describe('What was done or failed.'),
    related: ref(13, () => ObjectReference).describe('A second object that it is about.'),
    reportingComponent: string(14).keepsZero().default('').describe('Name of the controller that reports it.'),
    reportingInstance: string(15).keepsZero().default('').describe('Which instance of that controller.'),
  },
  { description: 'A note about something that happened to an object. Events are kept for a short time only.' },
);
export type Event = Infer<typeof Event>;

export const EventSeries = object('io.k8s.api.core.v1.EventSeries', {
  count: int32(1).describe('How often it has happened in this series.'),
  lastObservedTime: ref(2, () => MicroTime).describe('When it happened last.'),
});
export type EventSeries = Infer<typeof EventSeries>;

export const EventSource = object('io.k8s.api.core.v1.EventSource', {
  component: string(1).describe('Program that the event comes from.'),
  host: string(2).describe('Node that it comes from.'),
});
export type EventSource = Infer<typeof EventSource>;
