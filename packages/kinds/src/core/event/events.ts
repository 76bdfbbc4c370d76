import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Event } from './event.ts';
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
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
};
