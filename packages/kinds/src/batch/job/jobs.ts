import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Job } from './job.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus } from '../../meta/status-split.ts';
import { podWarnings } from '../../core/pod/pod-warnings.ts';
import { jobColumns } from './job-columns.ts';
import { defaultJob, generateSelector } from './job-defaults.ts';
import { validateJob, validateJobStatus, validateJobUpdate } from './validate-job.ts';

export const jobs: Kind<Job> = {
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  singular: 'job',
  categories: ['all'],
  namespaced: true,
  schema: Job,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'batch/v1/Job', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    defaults: defaultJob,
    prepareForCreate(draft) {
      draft.status = {};
      generateSelector(draft);
    },
    prepareForUpdate: keepStatus,
    validate: validateJob,
    validateUpdate: validateJobUpdate,
    validateStatusUpdate: validateJobStatus,
    warnings: ({ spec }) => podWarnings(spec.template, 'spec.template'),
    allowUnconditionalUpdate: true,
    // The pods of a job outlived it in the first versions, and clients rely on that still.
    defaultPropagation: 'Orphan',
  },
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  columns: jobColumns,
};
