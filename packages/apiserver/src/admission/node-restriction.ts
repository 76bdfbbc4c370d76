import { forbidden, type KubeObject } from '@kajitori/apimachinery';
import { nodeNameOf } from '@kajitori/authorization';
import { groupResourceOf } from '../call.ts';
import type { AdmissionPlugin } from './admission.ts';

/** A node may only write the pods that are bound to it, and only make mirror pods of its own. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: ({ call }) => nodeNameOf(call.user) !== undefined,
  validate({ call, object, old }) {
    const node = nodeNameOf(call.user) ?? '';
    if (call.kind.group !== '') return;
    if (call.kind.plural === 'nodes' && (object ?? old)?.metadata.name !== node) {
      throw forbidden(groupResourceOf(call.kind), call.name, `node "${node}" is not allowed to modify node "${call.name}"`);
    }
    if (call.kind.plural !== 'pods') return;
    for (const pod of [old, object]) {
      if (pod !== undefined && nodeNameIn(pod) !== node) {
        throw forbidden(groupResourceOf(call.kind), call.name, `node "${node}" can only change pods with spec.nodeName set to itself`);
      }
    }
  },
};

function nodeNameIn(pod: KubeObject): string {
  return ((pod['spec'] ?? {}) as { nodeName?: string }).nodeName ?? '';
}
