import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Pod } from './pod.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';

export const pods: Kind<Pod> = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  schema: Pod,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    attach: { kind: 'v1/PodAttachOptions', verbs: ['connect:get', 'connect:post'] },
    binding: { kind: 'v1/Binding', verbs: ['create'] },
    ephemeralcontainers: { kind: 'v1/Pod', verbs: ['get', 'patch', 'update'] },
    eviction: { kind: 'policy/v1/Eviction', verbs: ['create'] },
    exec: { kind: 'v1/PodExecOptions', verbs: ['connect:get', 'connect:post'] },
    log: { kind: 'v1/Pod', verbs: ['get'] },
    portforward: { kind: 'v1/PodPortForwardOptions', verbs: ['connect:get', 'connect:post'] },
    proxy: {
      kind: 'v1/PodProxyOptions',
      verbs: ['connect:delete', 'connect:get', 'connect:head', 'connect:options', 'connect:patch', 'connect:post', 'connect:put'],
    },
    resize: { kind: 'v1/Pod', verbs: ['get', 'patch', 'update'] },
    status: { kind: 'v1/Pod', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    allowUnconditionalUpdate: true,
  },
};
