import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Secret } from './secret.ts';
import { standardVerbs, type Kind } from '../../kind.ts';

export const secrets: Kind<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  namespaced: true,
  schema: Secret,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    allowUnconditionalUpdate: true,
  },
};
