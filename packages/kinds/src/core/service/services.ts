import { dns1035LabelError } from '@kajitori/apimachinery';
import { Service } from './service.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { serviceColumns } from './service-columns.ts';
import { defaultService, keepAllocated } from './service-defaults.ts';
import { validateService, validateServiceUpdate } from './validate-service.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';

export const services: Kind<Service> = {
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  schema: Service,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    proxy: {
      kind: 'v1/ServiceProxyOptions',
      verbs: ['connect:delete', 'connect:get', 'connect:head', 'connect:options', 'connect:patch', 'connect:post', 'connect:put'],
    },
    status: { kind: 'v1/Service', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1035LabelError,
    generation: false,
    defaults: defaultService,
    prepareForCreate: resetStatus({ loadBalancer: {} }),
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      keepAllocated(draft, old);
    },
    validate: validateService,
    validateUpdate: validateServiceUpdate,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP,
    'spec.type': ({ spec }) => spec.type,
  },
  columns: serviceColumns,
};
