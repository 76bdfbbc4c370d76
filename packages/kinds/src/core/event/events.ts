import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Event } from './event.ts';
import { eventColumns } from './event-columns.ts';
import { eventFields } from './event-fields.ts';
import { validateEvent } from './validate-event.ts';
import { standardVerbs, type Kind } from '../../kind.ts';

export const events: Kind<Event> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  schema: Event,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    validate: validateEvent,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  selectableFields: eventFields,
  columns: eventColumns,
};
