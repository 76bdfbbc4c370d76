import type { FieldReader } from '../../kind.ts';
import type { Event } from './event.ts';

const about =
  (key: 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath'): FieldReader<Event> =>
  ({ involvedObject }) =>
    involvedObject[key];

/** What `kubectl describe` and controllers select events by. */
export const eventFields: Readonly<Record<string, FieldReader<Event>>> = {
  'involvedObject.kind': about('kind'),
  'involvedObject.namespace': about('namespace'),
  'involvedObject.name': about('name'),
  'involvedObject.uid': about('uid'),
  'involvedObject.apiVersion': about('apiVersion'),
  'involvedObject.resourceVersion': about('resourceVersion'),
  'involvedObject.fieldPath': about('fieldPath'),
  reason: ({ reason }) => reason,
  reportingComponent: ({ reportingComponent }) => reportingComponent,
  source: ({ source, reportingComponent }) => ((source?.component ?? '') === '' ? reportingComponent : source?.component),
  type: ({ type }) => type,
};
