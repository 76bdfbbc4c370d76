import { dns1035LabelError } from '@kajitori/apimachinery';
import { Service } from './service.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
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
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
};
