import { controllerOf, dns1123SubdomainError, parseApiVersion } from '@kajitori/apimachinery';
import { int64, ref, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { RawExtension } from '../meta/raw-extension.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, countColumn, nameColumn, none, textColumn } from '../meta/columns.ts';
import { immutableField } from '../meta/immutable.ts';
import { nonNegative } from '../meta/numbers.ts';

export const ControllerRevision = topLevel('io.k8s.api.apps.v1.ControllerRevision', {
  data: ref(2, () => RawExtension),
  revision: int64(3).required(),
});
export type ControllerRevision = Infer<typeof ControllerRevision>;

function controllerCell(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (owner === undefined) return none;
  const group = parseApiVersion(owner.apiVersion)?.group ?? '';
  return `${owner.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${owner.name}`;
}

export const controllerRevisions: Kind<ControllerRevision> = {
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  singular: 'controllerrevision',
  namespaced: true,
  schema: ControllerRevision,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    validate: ({ revision }) => nonNegative('revision', revision),
    validateUpdate: (revision, old) => immutableField('data', revision.data, old.data),
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    textColumn('Controller', 'Whose revision it is.', controllerCell),
    countColumn('Revision', 'Its number.', ({ revision }) => revision),
    ageColumn,
  ],
};
