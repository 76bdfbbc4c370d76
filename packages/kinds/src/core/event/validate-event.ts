import { type FieldError, invalid, qualifiedNameError, required } from '@kajitori/apimachinery';
import { immutableField } from '../../meta/immutable.ts';
import type { Event } from './event.ts';

const reasonLengthMax = 128;
const noteLengthMax = 1024;
/** Where events about objects without a namespace live. */
const namespacesOfClusterEvents: ReadonlySet<string> = new Set(['default', 'kube-system', '']);

/** `legacyValidateEvent`: an event lies in the namespace of what it is about. */
export function validateEvent({ metadata, involvedObject }: Event): FieldError[] {
  const about = involvedObject.namespace ?? '';
  const fits = about === '' ? namespacesOfClusterEvents.has(metadata.namespace ?? '') : about === metadata.namespace;
  return fits ? [] : [invalid('involvedObject.namespace', about, 'does not match event.namespace')];
}

/** What events.k8s.io/v1 asks of a new event; in the fields' names of that group, for that is what the client wrote. */
export function validateNewStyleEvent(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  if (event.eventTime === undefined) errors.push(required('eventTime'));
  errors.push(
    ...text('reportingController', event.reportingComponent),
    ...text('reportingInstance', event.reportingInstance, reasonLengthMax),
  );
  const wrong = qualifiedNameError(event.reportingComponent ?? '');
  if ((event.reportingComponent ?? '') !== '' && wrong !== undefined)
    errors.push(invalid('reportingController', event.reportingComponent, wrong));
  errors.push(...text('action', event.action, reasonLengthMax), ...text('reason', event.reason, reasonLengthMax));
  if ((event.message ?? '').length > noteLengthMax) errors.push(invalid('note', '', `can have at most ${noteLengthMax} characters`));
  if (!['Normal', 'Warning'].includes(event.type ?? ''))
    errors.push(invalid('type', event.type ?? '', `has invalid value: ${event.type ?? ''}`));
  return errors;
}

function text(field: string, value: string | undefined, lengthMax = Number.POSITIVE_INFINITY): FieldError[] {
  if (value === undefined || value === '') return [required(field)];
  return value.length > lengthMax ? [invalid(field, '', `can have at most ${lengthMax} characters`)] : [];
}

/** New-style events are written once; only their series goes on. */
export function validateNewStyleEventUpdate(event: Event, old: Event): FieldError[] {
  const fixed: [keyof Event, string][] = [
    ['involvedObject', 'regarding'],
    ['reason', 'reason'],
    ['reportingComponent', 'reportingController'],
    ['reportingInstance', 'reportingInstance'],
    ['action', 'action'],
    ['type', 'type'],
    ['eventTime', 'eventTime'],
    ['message', 'note'],
  ];
  return fixed.flatMap(([key, field]) => immutableField(field, event[key], old[key]));
}
