import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { Pod } from './pod.ts';
import { standardVerbs, type Kind } from '../../kind.ts';
import { keepStatus } from '../../meta/status-split.ts';
import { podColumns } from './pod-columns.ts';
import { defaultPod } from './pod-defaults.ts';
import { qosClassOf } from './pod-qos.ts';
import { ephemeralContainersPart, resizePart } from './pod-parts.ts';
import { podWarnings } from './pod-warnings.ts';
import { validatePodSpec } from './validation/pod-spec.ts';
import { validatePodStatusUpdate, validatePodUpdate } from './validation/pod-update.ts';

/** `v1.DeletionGraceSeconds`: a pod that never started, or is over, need not be waited for. */
function deletionGraceSeconds(pod: Pod, asked: number | undefined): number {
  const phase = pod.status?.phase;
  if ((pod.spec.nodeName ?? '') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  const seconds = asked ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  return seconds < 0 ? 1 : seconds;
}

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
    ephemeralcontainers: { kind: 'v1/Pod', verbs: ['get', 'patch', 'update'], part: ephemeralContainersPart },
    eviction: { kind: 'policy/v1/Eviction', verbs: ['create'] },
    exec: { kind: 'v1/PodExecOptions', verbs: ['connect:get', 'connect:post'] },
    log: { kind: 'v1/Pod', verbs: ['get'] },
    portforward: { kind: 'v1/PodPortForwardOptions', verbs: ['connect:get', 'connect:post'] },
    proxy: {
      kind: 'v1/PodProxyOptions',
      verbs: ['connect:delete', 'connect:get', 'connect:head', 'connect:options', 'connect:patch', 'connect:post', 'connect:put'],
    },
    resize: { kind: 'v1/Pod', verbs: ['get', 'patch', 'update'], part: resizePart },
    status: { kind: 'v1/Pod', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    defaults: defaultPod,
    prepareForCreate(draft) {
      draft.status = { phase: 'Pending', qosClass: qosClassOf(draft) };
    },
    prepareForUpdate: keepStatus,
    validate: (pod) => validatePodSpec(pod.spec, 'spec', pod.metadata.name),
    validateUpdate: validatePodUpdate,
    validateStatusUpdate: validatePodStatusUpdate,
    // Warnings are for what a client writes: a status or an image changed on an old pod is not the time.
    warnings: (pod, old) => (old === undefined ? podWarnings(pod, '') : []),
    allowUnconditionalUpdate: true,
    deletionGraceSeconds,
    defaultPropagation: 'Background',
  },
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName,
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy,
    'spec.schedulerName': ({ spec }) => spec.schedulerName,
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName,
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase,
    'status.podIP': ({ status }) => status?.podIP,
    'status.podIPs': ({ status }) => status?.podIP,
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName,
  },
  columns: podColumns,
};
