import { type Node, nodes, persistentVolumeClaims, persistentVolumes } from '@kajitori/kinds';
import type { AdmissionPlugin } from './admission.ts';
import { isNewOf } from './is-of.ts';

/** Claims and volumes stay until nothing uses them: their controller takes the finalizer off. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: (request) => isNewOf(persistentVolumeClaims, request) || isNewOf(persistentVolumes, request),
  mutate({ call, object }) {
    if (object === undefined) return;
    const finalizer = call.kind === (persistentVolumes as unknown) ? 'kubernetes.io/pv-protection' : 'kubernetes.io/pvc-protection';
    const held = object.metadata.finalizers ?? [];
    if (!held.includes(finalizer)) object.metadata.finalizers = [...held, finalizer];
  },
};

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new node takes pods once it has said that it is ready: the node lifecycle controller takes the taint off. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: (request) => isNewOf(nodes, request),
  mutate({ object }) {
    const node = object as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect)) return;
    node.spec = { ...node.spec, taints: [...taints, { ...notReady }] };
  },
};
