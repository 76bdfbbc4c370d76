import { StatusError } from '@kajitori/apimachinery';
import { type FieldSet, pathText } from './field-set.ts';
import { type Manager, managerText } from './managers.ts';

/** Fields that an apply would change and another manager owns. */
export interface Conflict {
  manager: Manager;
  fields: FieldSet;
}

/** The 409 of a conflicting apply, in Kubernetes' words, with a cause for each field. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const all = conflicts
    .map(({ manager, fields }) => ({ manager: managerText(manager), paths: [...fields.paths()].map(pathText) }))
    .toSorted((a, b) => (a.manager < b.manager ? -1 : 1));
  const causes = all.flatMap(({ manager, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field })),
  );
  const [only] = causes;
  const message =
    causes.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${all.map(({ manager, paths }) => [`conflicts with ${manager}:`, ...paths.map((path) => `- ${path}`)].join('\n')).join('\n')}`;
  return new StatusError('Conflict', message, { details: { causes } });
}
