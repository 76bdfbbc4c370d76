import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Deployment } from './deployment.ts';
import { replicaScale, standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';
import { podWarnings } from '../../core/pod/pod-warnings.ts';
import { deploymentColumns } from './deployment-columns.ts';
import { defaultDeployment } from './deployment-defaults.ts';
import { validateDeployment, validateDeploymentStatus, validateDeploymentUpdate } from './validate-deployment.ts';

export const deployments: Kind<Deployment> = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  schema: Deployment,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    scale: { kind: 'autoscaling/v1/Scale', verbs: ['get', 'patch', 'update'], scale: replicaScale },
    status: { kind: 'apps/v1/Deployment', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    defaults: defaultDeployment,
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    validate: validateDeployment,
    validateUpdate: validateDeploymentUpdate,
    validateStatusUpdate: validateDeploymentStatus,
    warnings: ({ spec }) => podWarnings(spec.template, 'spec.template'),
    allowUnconditionalUpdate: true,
    defaultPropagation: 'Background',
  },
  columns: deploymentColumns,
};
