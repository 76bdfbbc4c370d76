import { int32, object, ref, string, type Infer } from '@kajitori/schema';
import { EventSource } from '../core/event/event.ts';
import { ObjectReference } from '../core/references.ts';
import { MicroTime, Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';

export const EventsEvent = topLevel('io.k8s.api.events.v1.Event', {
  eventTime: ref(2, () => MicroTime).required(),
  series: ref(3, () => EventsEventSeries),
  reportingController: string(4),
  reportingInstance: string(5),
  action: string(6),
  reason: string(7),
  regarding: ref(8, () => ObjectReference),
  related: ref(9, () => ObjectReference),
  note: string(10),
  type: string(11),
  deprecatedSource: ref(12, () => EventSource),
  deprecatedFirstTimestamp: ref(13, () => Time),
  deprecatedLastTimestamp: ref(14, () => Time),
  deprecatedCount: int32(15),
});
export type EventsEvent = Infer<typeof EventsEvent>;

export const EventsEventSeries = object('io.k8s.api.events.v1.EventSeries', {
  count: int32(1).required(),
  lastObservedTime: ref(2, () => MicroTime).required(),
});
export type EventsEventSeries = Infer<typeof EventsEventSeries>;
