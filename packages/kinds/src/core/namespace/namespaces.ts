import { dns1123LabelError } from '@kajitori/apimachinery';
import { Namespace } from './namespace.ts';
import type { Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';

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
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    allowUnconditionalUpdate: true,
    holdsDeletion: ({ spec }) => (spec?.finalizers ?? []).length > 0,
    beginDeletion: (draft) => {
      draft.status = { ...draft.status, phase: 'Terminating' };
    },
  },
};
