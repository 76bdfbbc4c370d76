import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Node } from './node.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus, resetStatus } from '../../meta/status-split.ts';

export const nodes: Kind<Node> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  schema: Node,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    proxy: {
      kind: 'v1/NodeProxyOptions',
      verbs: ['connect:delete', 'connect:get', 'connect:head', 'connect:options', 'connect:patch', 'connect:post', 'connect:put'],
    },
    status: { kind: 'v1/Node', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    prepareForCreate: resetStatus({}),
    prepareForUpdate: keepStatus,
    allowUnconditionalUpdate: true,
  },
};
