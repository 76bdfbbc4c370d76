import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Secret } from './secret.ts';
import { ageColumn, countColumn, nameColumn, textColumn } from '../../meta/columns.ts';
import { mergeStringData, validateSecret, validateSecretUpdate } from './validate-secret.ts';
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
    defaults: mergeStringData,
    validate: validateSecret,
    validateUpdate: validateSecretUpdate,
    allowUnconditionalUpdate: true,
  },
  selectableFields: { type: ({ type }) => type },
  columns: [
    nameColumn,
    textColumn('Type', 'What the data is for, and which keys it has.', ({ type }) => type ?? ''),
    countColumn('Data', 'How many keys it has.', ({ data }) => Object.keys(data ?? {}).length),
    ageColumn,
  ],
};
