import { dns1123LabelError, type FieldError, invalid } from '@kajitori/apimachinery';
import { Namespace } from './namespace.ts';
import { ageColumn, nameColumn, textColumn } from '../../meta/columns.ts';
import { validateFinalizers } from '../../meta/validate-object-meta.ts';
import type { Kind } from '../../kind.ts';
import { keepStatus } from '../../meta/status-split.ts';

/** Holds a namespace until everything in it is gone. */
const finalizer = 'kubernetes';

/** Policies select namespaces by label; this one is always the name. */
function nameLabel({ metadata }: Namespace): void {
  if (metadata.name !== undefined && metadata.name !== '')
    metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
}

function validatePhase({ metadata, status }: Namespace): FieldError[] {
  const wanted = metadata.deletionTimestamp === undefined ? 'Active' : 'Terminating';
  if (status?.phase === wanted) return [];
  const when = metadata.deletionTimestamp === undefined ? 'is empty' : 'is not empty';
  return [invalid('status.Phase', status?.phase, `may only be '${wanted}' if \`deletionTimestamp\` ${when}`)];
}

export const namespaces: Kind<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  schema: Namespace,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  stored: true,
  subresources: {
    finalize: { kind: 'v1/Namespace', verbs: ['update'] },
    status: { kind: 'v1/Namespace', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123LabelError,
    generation: false,
    defaults: nameLabel,
    prepareForCreate(draft) {
      draft.status = { phase: 'Active' };
      const { finalizers = [] } = draft.spec;
      if (!finalizers.includes(finalizer)) draft.spec.finalizers = [...finalizers, finalizer];
    },
    // Only the `finalize` subresource changes what holds a namespace back.
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      draft.spec = { ...draft.spec, finalizers: old.spec.finalizers };
    },
    validate: ({ spec }) => validateFinalizers(spec.finalizers ?? [], 'spec.finalizers'),
    validateStatusUpdate: validatePhase,
    allowUnconditionalUpdate: true,
    holdsDeletion: ({ spec }) => (spec?.finalizers ?? []).length > 0,
    beginDeletion: (draft) => {
      draft.status = { ...draft.status, phase: 'Terminating' };
    },
  },
  selectableFields: {
    name: ({ metadata }) => metadata.name,
    'status.phase': ({ status }) => status?.phase,
  },
  columns: [nameColumn, textColumn('Status', 'Whether it is in use or going away.', ({ status }) => status?.phase ?? ''), ageColumn],
};
