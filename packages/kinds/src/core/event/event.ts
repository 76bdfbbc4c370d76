import { int32, object, ref, string, type Infer } from '@kajitori/schema';
import { ObjectReference } from '../references.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { MicroTime, Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Event = topLevel('io.k8s.api.core.v1.Event', {
  metadata: ref(1, () => ObjectMeta).required(),
  involvedObject: ref(2, () => ObjectReference)
    .required()
    .byValue(),
  reason: string(3),
  message: string(4),
  source: ref(5, () => EventSource).byValue(),
  firstTimestamp: ref(6, () => Time),
  lastTimestamp: ref(7, () => Time),
  count: int32(8),
  type: string(9),
  eventTime: ref(10, () => MicroTime),
  series: ref(11, () => EventSeries),
  action: string(12),
  related: ref(13, () => ObjectReference),
  reportingComponent: string(14).keepsZero().default(''),
  reportingInstance: string(15).keepsZero().default(''),
});
export type Event = Infer<typeof Event>;

export const EventSeries = object('io.k8s.api.core.v1.EventSeries', {
  count: int32(1),
  lastObservedTime: ref(2, () => MicroTime),
});
export type EventSeries = Infer<typeof EventSeries>;

export const EventSource = object('io.k8s.api.core.v1.EventSource', {
  component: string(1),
  host: string(2),
});
export type EventSource = Infer<typeof EventSource>;
